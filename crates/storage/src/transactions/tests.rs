//! The transactions on an SQLite database in memory. The black-box tests run them on both databases.

use chrono::{DateTime, TimeDelta, Utc};

use crate::challenges::Challenge;
use crate::sessions::Session;
use crate::throttles::Charge;
use crate::users::{self, User};
use crate::{
    ActivityKind, Admission, Amr, ChallengeBeginning, ChallengeBegun, Channel, CheckReservation, DatabaseUrl,
    Db, EndReason, Error, EventRows, Id, Purpose, ReservedCheck, SendLimits, SessionEnd, SessionOpened,
    SessionOpening, SessionScope, Settings, Takeover, Timestamp, activities, unverified,
};

fn start() -> Timestamp {
    Timestamp(DateTime::from_timestamp(1_700_000_000, 0).unwrap())
}

fn later(seconds: i64) -> Timestamp {
    Timestamp(start().0 + TimeDelta::seconds(seconds))
}

async fn open() -> Db {
    let url = DatabaseUrl::SqliteMemory;
    Db::open(&Settings { url, max_connections: 1, migrate: true }).await.unwrap()
}

fn user(name: &str, phone_number: &str) -> User {
    User {
        id: Id::new(start().0),
        name: name.into(),
        username: name.into(),
        email: format!("{name}@example.com"),
        phone_number: phone_number.into(),
        phone_number_verified_at: None,
        password_hash: "hash".into(),
        failed_checks: 0,
        created_at: start(),
        updated_at: start(),
    }
}

fn challenge(user: &User) -> Challenge {
    Challenge {
        id: Id::new(start().0),
        user_id: user.id,
        destination: user.phone_number.clone(),
        channel: Channel::Sms,
        verification_sid: Some("VE00000000000000000000000000000000".into()),
        sends: 1,
        last_sent_at: start(),
        failed_checks: 0,
        created_at: start(),
        expires_at: later(600),
        spent_at: None,
        cancelled_at: None,
        cancel_reason: None,
        purpose: Purpose::LogIn,
    }
}

fn session(user: &User) -> Session {
    Session {
        id: Id::new(start().0),
        user_id: user.id,
        salt: vec![0; 32],
        generation: 0,
        rotated_at: start(),
        amr: Amr::password_and_code(Channel::Sms),
        auth_time: start(),
        user_agent: None,
        ip_address: None,
        created_at: start(),
        last_used_at: start(),
        expires_at: later(3600),
        ended_at: None,
        end_reason: None,
    }
}

fn activity(user: &User, kind: ActivityKind) -> EventRows {
    let activity = activities::Activity {
        id: Id::new(start().0),
        user_id: user.id,
        kind,
        user_agent: None,
        ip_address: None,
        occurred_at: start(),
    };
    EventRows { activity: Some(activity), message: None }
}

/// A limit of `attempts` per hour.
fn charge(key: &[u8], attempts: i64) -> Charge {
    let pace = 3_600_000_000 / attempts;
    Charge { key: key.to_vec(), pace, slack: pace * (attempts - 1), longest: pace }
}

fn limits(charges: Vec<Charge>) -> SendLimits {
    SendLimits { charges, conversions: None }
}

async fn user_with_challenge(db: &Db) -> (User, Challenge) {
    let ada = user("ada", "+12015550123");
    db.sign_up(ada.clone(), EventRows::default(), None).await.unwrap();
    let challenge = challenge(&ada);
    let beginning = ChallengeBeginning {
        challenge: challenge.clone(),
        user: ada.clone(),
        refunds: vec![],
        limits: limits(vec![]),
        now: start(),
    };
    assert!(matches!(db.begin_challenge(beginning).await.unwrap(), ChallengeBegun::Begun { .. }));
    (ada, challenge)
}

#[tokio::test]
async fn a_challenge_opens_one_session() {
    let db = open().await;
    let (ada, challenge) = user_with_challenge(&db).await;
    let opening = || SessionOpening {
        challenge: challenge.clone(),
        session: session(&ada),
        events: vec![activity(&ada, ActivityKind::Verified)],
        refunds: vec![],
        now: later(1),
    };
    let SessionOpened::Opened { user, .. } = db.open_session(opening()).await.unwrap() else { panic!() };
    assert_eq!(user.phone_number_verified_at, Some(later(1)));
    assert!(matches!(db.open_session(opening()).await.unwrap(), SessionOpened::ChallengeEnded));
    let live = db.live_sessions(ada.id, Timestamp(DateTime::<Utc>::UNIX_EPOCH), later(2), 10).await.unwrap();
    assert_eq!(live.len(), 1);
    let (_, recorded) = db.session_with_activities(live[0].id, ada.id, 10).await.unwrap();
    assert_eq!(recorded.len(), 1);
}

#[tokio::test]
async fn a_changed_user_begins_no_challenge() {
    let db = open().await;
    let (ada, _) = user_with_challenge(&db).await;
    let beginning = ChallengeBeginning {
        challenge: challenge(&ada),
        user: User { password_hash: "another".into(), ..ada.clone() },
        refunds: vec![],
        limits: limits(vec![charge(b"codes", 1)]),
        now: start(),
    };
    let id = beginning.challenge.id;
    assert!(matches!(db.begin_challenge(beginning).await.unwrap(), ChallengeBegun::UserChanged));
    assert!(matches!(db.challenge(id).await, Err(Error::NotFound)));
    // The code was not counted either.
    let admission = db.reserve_attempt(vec![charge(b"codes", 1)], start()).await.unwrap();
    assert!(matches!(admission, Admission::Admitted(_)));
}

#[tokio::test]
async fn a_rejected_code_leaves_no_challenge() {
    let db = open().await;
    let (ada, _) = user_with_challenge(&db).await;
    let reserved = db.reserve_attempt(vec![charge(b"codes", 1)], start()).await.unwrap();
    assert!(matches!(reserved, Admission::Admitted(_)));
    let beginning = ChallengeBeginning {
        challenge: challenge(&ada),
        user: ada,
        refunds: vec![],
        limits: limits(vec![charge(b"codes", 1), charge(b"other", 5)]),
        now: start(),
    };
    let id = beginning.challenge.id;
    assert!(matches!(db.begin_challenge(beginning).await.unwrap(), ChallengeBegun::Rejected(_)));
    assert!(matches!(db.challenge(id).await, Err(Error::NotFound)));
}

#[tokio::test]
async fn checks_are_counted_until_the_fifth() {
    let db = open().await;
    let (ada, challenge) = user_with_challenge(&db).await;
    let check = || CheckReservation {
        challenge: challenge.id,
        user_id: ada.id,
        charges: vec![charge(b"checks", 10)],
        now: start(),
    };
    for count in 1..=5i32 {
        let ReservedCheck::Reserved { challenge, in_a_row, limits } =
            db.reserve_check(check()).await.unwrap()
        else {
            panic!()
        };
        assert_eq!((challenge.failed_checks, in_a_row, limits.len()), (count, count.unsigned_abs(), 1));
    }
    assert!(matches!(db.reserve_check(check()).await.unwrap(), ReservedCheck::NotAccepted));
    db.refund_rejected_check((challenge.id, ada.id), vec![], vec![]).await.unwrap();
    assert!(matches!(db.reserve_check(check()).await.unwrap(), ReservedCheck::Reserved { .. }));
}

#[tokio::test]
async fn a_takeover_deletes_only_users_who_are_still_unverified() {
    let db = open().await;
    let (ada, challenge) = user_with_challenge(&db).await;
    let claim = unverified::Claim { email: Some(ada.email.clone()), ..unverified::Claim::default() };
    let holders = db.unverified_holders(claim, start()).await.unwrap();
    assert_eq!(holders, [ada.id]);
    let eve = User { email: ada.email.clone(), ..user("eve", "+12015550124") };
    let takeover = Takeover { users: holders, signed_up_before: start(), events: vec![] };
    let taken = db.sign_up(eve.clone(), EventRows::default(), None).await;
    assert!(matches!(taken, Err(Error::Unique { index }) if index == users::EMAIL_KEY));
    // Ada proves her phone in between.
    let opening =
        SessionOpening { challenge, session: session(&ada), events: vec![], refunds: vec![], now: start() };
    db.open_session(opening).await.unwrap();
    let conflict = db.sign_up(eve, EventRows::default(), Some(takeover)).await;
    assert!(matches!(conflict, Err(Error::Conflict)));
    assert!(db.user(ada.id).await.is_ok());
}

#[tokio::test]
async fn a_session_ends_once() {
    let db = open().await;
    let (ada, challenge) = user_with_challenge(&db).await;
    let session = session(&ada);
    let id = session.id;
    let opening = SessionOpening { challenge, session, events: vec![], refunds: vec![], now: start() };
    db.open_session(opening).await.unwrap();
    let end = || SessionEnd {
        session: id,
        user_id: ada.id,
        reason: EndReason::LoggedOut,
        event: activity(&ada, ActivityKind::LoggedOut),
        now: later(1),
    };
    assert!(db.end_sessions(end(), SessionScope::All).await.unwrap());
    assert!(!db.end_sessions(end(), SessionScope::All).await.unwrap());
    let (session, recorded) = db.session_with_activities(id, ada.id, 10).await.unwrap();
    assert_eq!(session.unwrap().end_reason, Some(EndReason::LoggedOut));
    assert_eq!(recorded.len(), 1);
}
