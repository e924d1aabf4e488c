//! Housekeeping: one replica at a time deletes expired rows, and no request waits for it.

use std::time::Instant;

use chrono::TimeDelta;
use movable_clock::Clock;
use storage::housekeeping::Old;
use storage::{DatabaseUrl, Db, Settings, Timestamp};

use crate::harness::{Database, Launch, Person, Server, TempDir, Twilio, at_once};

const DAY: u32 = 24 * 60 * 60;
const LEASE: TimeDelta = TimeDelta::seconds(60);
const INTERVAL: TimeDelta = TimeDelta::seconds(300);

fn rows(table: &str) -> String {
    format!("SELECT count(*) FROM {table}")
}

/// Threats: c19.
#[tokio::test]
async fn each_kind_of_row_is_deleted_when_it_expires() {
    let server = Server::dev().await;
    let ada = Person::ada();
    let access = server.full_access(&ada).await;
    server.log_in(&ada).await;
    for email in [ada.email.as_str(), "unknown@example.com"] {
        server.guest().forgot_password(email).await.expect(202);
    }
    access.log_out().await.expect(204);
    let other = server.another_session(&ada).await;
    let database = &server.database;
    assert_eq!(
        (database.number(&rows("challenges")).await, database.number(&rows("sessions")).await),
        (3, 2)
    );
    assert_eq!(database.number(&rows("password_resets")).await, 2);
    // Challenges are deleted a day after they end.
    server.advance(DAY + 700).await;
    database.eventually(&rows("challenges"), 0).await;
    database.eventually(&rows("password_resets"), 0).await;
    assert_eq!(database.number(&rows("sessions")).await, 2);
    // An ended session is deleted after 30 days. The idle one remains, so that its end can still be reported.
    server.advance(29 * DAY).await;
    database.eventually(&rows("sessions"), 1).await;
    let refused = other.refresh().await;
    assert_eq!(refused.expect_problem(401, "invalid_refresh_token").body["reason"], "expired");
    assert!(database.number(&rows("activities")).await > 0);
    server.advance(60 * DAY).await;
    database.eventually(&rows("activities"), 0).await;
    server.advance(30 * DAY).await;
    database.eventually(&rows("sessions"), 0).await;
    // The user is not deleted.
    server.log_in(&ada).await;
}

#[tokio::test]
async fn unused_keys_are_deleted() {
    let server = Server::dev().await;
    let old = "INSERT INTO signing_keys (kid, public_key, sealed_private_key, created_at, signs_from) \
               SELECT 'dev-old', public_key, sealed_private_key, created_at, LONG_AGO FROM signing_keys";
    let long_ago = if server.database.is_postgres() { "'2020-01-01'::timestamptz" } else { "0" };
    server.database.execute(&old.replace("LONG_AGO", long_ago)).await;
    server.advance(DAY).await;
    server.database.eventually(&rows("signing_keys WHERE kid = 'dev-old'"), 0).await;
    assert_eq!(server.database.number(&rows("signing_keys")).await, 1);
}

#[tokio::test]
async fn retention_and_housekeeping_are_configurable() {
    let soon = Launch::dev().variable("COUNTERSIGN__ACTIVITY__RETENTION_DAYS", "1").start().await;
    let never = Launch::dev().variable("COUNTERSIGN__HOUSEKEEPING__INTERVAL_SECONDS", "0").start().await;
    for server in [&soon, &never] {
        server.password_ok(&Person::ada()).await;
        server.advance(2 * DAY).await;
    }
    soon.database.eventually(&rows("activities"), 0).await;
    assert_eq!(never.database.number(&rows("activities")).await, 2);
    assert_eq!(never.database.number("SELECT count(*) FROM challenges").await, 1);
}

async fn open(database: &Database) -> Db {
    let url = DatabaseUrl::parse(&database.url()).unwrap();
    Db::open(&Settings { url, max_connections: 8, migrate: true }).await.unwrap()
}

#[tokio::test]
async fn one_replica_holds_the_lease_and_another_takes_over() {
    let directory = TempDir::new();
    let database = Database::fresh(directory.path()).await;
    let first = open(&database).await;
    let second = open(&database).await;
    let start = Clock::system().now();
    let claim = async |db: &Db, seconds: i64| {
        let now = Timestamp(start + TimeDelta::seconds(seconds));
        db.claim_housekeeping(LEASE, INTERVAL, now).await.unwrap()
    };
    let first = &first;
    let second = &second;
    let claims =
        futures_util::future::join_all((0..10).map(|n| claim(if n % 2 == 0 { first } else { second }, 0)));
    let won: Vec<Timestamp> = claims.await.into_iter().flatten().collect();
    assert_eq!(won.len(), 1);
    // The first replica is silent. The second takes over the lease, and the first notices.
    assert!(claim(second, 59).await.is_none());
    let theirs = claim(second, 60).await.unwrap();
    let lost = won[0];
    let until = Timestamp(start + LEASE * 3);
    let deleted = first.delete_old_rows(Old::Activities, Timestamp(start), 1, lost, until).await;
    assert_eq!(deleted.unwrap(), None);
    let done = Timestamp(start + TimeDelta::seconds(70));
    second.finish_housekeeping(theirs, vec![], done).await.unwrap();
    // The run is finished. The next one is due an interval later.
    assert!(claim(first, 71).await.is_none());
    assert!(claim(second, 369).await.is_none());
    assert!(claim(first, 370).await.is_some());
    // A clock that was far ahead and was set back must not block the lease.
    assert!(claim(first, 1_000_000).await.is_some());
    assert!(claim(second, 500).await.is_some());
}

#[tokio::test]
async fn one_of_two_servers_cleans_up() {
    let twilio = Twilio::start().await;
    let launch = || twilio.launch().variable("COUNTERSIGN__HOUSEKEEPING__INTERVAL_SECONDS", "1");
    let mut first = launch().start().await;
    let mut second = launch().database(&first.database).start().await;
    first.sign_up(&Person::ada()).await;
    let long_ago = if first.database.is_postgres() { "'2020-01-01'::timestamptz" } else { "0" };
    first.database.execute(&format!("UPDATE activities SET occurred_at = {long_ago}")).await;
    first.database.eventually(&rows("activities"), 0).await;
    // Wait for the run after the deletion. By then the log has the line about it.
    let runs = "SELECT CAST(last_run_at AS TEXT) FROM housekeeping";
    let seen = first.database.value(runs).await;
    let changed = format!("SELECT count(*) FROM housekeeping WHERE CAST(last_run_at AS TEXT) <> '{seen}'");
    first.database.eventually(&changed, 1).await;
    let seen = first.database.value(runs).await;
    let changed = format!("SELECT count(*) FROM housekeeping WHERE CAST(last_run_at AS TEXT) <> '{seen}'");
    first.database.eventually(&changed, 1).await;
    let message = |log: String| log.matches("cleaned up rows=1").count();
    let found = [message(first.process.kill()), message(second.process.kill())];
    assert_eq!(found.iter().sum::<usize>(), 1);
}

/// A table with many old rows must not block a log-in.
/// Threats: c19.
#[tokio::test]
async fn large_cleanup_does_not_block_log_ins() {
    let server = Server::dev().await;
    let ada = Person::ada();
    server.sign_up(&ada).await;
    let many = if server.database.is_postgres() {
        "INSERT INTO activities (id, user_id, kind, occurred_at) SELECT gen_random_uuid(), u.id, 'verified', \
             '2020-01-01' FROM users u, generate_series(1, 50000)"
    } else {
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 50000) INSERT INTO activities \
             (id, user_id, kind, occurred_at) SELECT randomblob(16), u.id, 'verified', 0 FROM users u, n"
    };
    server.database.execute(many).await;
    server.advance(600).await;
    server
        .database
        .eventually("SELECT CASE WHEN count(*) < 50001 THEN 1 ELSE 0 END FROM activities", 1)
        .await;
    let began = Instant::now();
    server.log_in(&ada).await;
    let waited = began.elapsed();
    let left = server.database.number("SELECT count(*) FROM activities WHERE kind = 'verified'").await;
    assert!(left > 0, "the cleanup ended before the log-in, so the test shows nothing");
    // Generous, because other tests run too. Deleting everything at once would block for longer.
    assert!(waited.as_secs() < 5, "{waited:?}");
    let answers = at_once((0..2).map(|_| server.guest().log_in(&ada))).await;
    assert!(answers.iter().all(|answer| answer.status == 200), "{answers:?}");
}
