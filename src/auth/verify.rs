//! Verify: the code is right, a session begins.
//!
//! A check is counted before Twilio is asked, in a transaction of its own (reserve, call, settle): parallel
//! requests share the five checks, and a crash or a rollback leaves the guess counted.

use aws_lc_rs::rand;
use chrono::{DateTime, Utc};
use futures_util::future::{join, join5};

use super::client::Client;
use super::error::Error;
use super::events::event::Event;
use super::events::transaction::Transaction;
use super::limits::admission::Counted;
use super::proof::{PasswordOk, Verified};
use super::reason::Reason;
use super::tokens::refresh_token::SALT_LENGTH;
use super::tokens::{LiveSession, Tokens};
use super::values::code::Code;
use super::values::phone_number::country;
use super::{Auth, to_the_end};
use storage::ActivityKind;
use storage::EventKind;
use storage::challenges;
use storage::challenges::Challenge;
use storage::sessions;
use storage::sessions::Session;
use storage::users;
use storage::{Amr, EndReason};
use storage::{Error as StorageError, Id, Timestamp};
use twilio_verify::{Approved, CheckOutcome};

impl Auth {
    /// Checks a code and, where it is right, spends the challenge and begins a session.
    ///
    /// # Errors
    /// [`Error::IncorrectCode`], [`Error::ChallengeExpired`], [`Error::TooManyAttempts`],
    /// [`Error::InvalidToken`] where another request was faster, [`Error::OtpUnavailable`].
    pub async fn verify(
        &self,
        caller: Verified<PasswordOk>,
        code: Code,
        client: Client,
    ) -> Result<Tokens, Error> {
        let auth = self.clone();
        to_the_end(async move {
            let (reserved, sid, counted) = match auth.reserve(caller.challenge(), &client).await {
                Err(error @ Error::TooManyAttempts { .. }) => {
                    auth.report(auth.wrong(EventKind::LoginFailMax, caller.challenge(), &client)).await;
                    return Err(error);
                }
                reserved => reserved?,
            };
            match auth.twilio.check(&sid, code.expose()).await {
                Ok(CheckOutcome::Approved(approved)) => {
                    auth.count_verified(&reserved);
                    auth.mint(auth.settle(&reserved, approved, counted, client).await?).await
                }
                Ok(CheckOutcome::Wrong) => {
                    auth.report(auth.wrong(EventKind::LoginFail, &reserved, &client)).await;
                    Err(auth.wrong_code(&reserved))
                }
                Err(failure) => Err(auth.not_checked(&reserved, counted, &failure, &client).await?),
            }
        })
        .await
    }

    /// Counts a code that was right.
    pub(super) fn count_verified(&self, challenge: &Challenge) {
        self.metrics.code_verified(challenge.channel.as_str(), &country(&challenge.destination));
    }

    /// A wrong code, as an event.
    pub(super) fn wrong(&self, kind: EventKind, challenge: &Challenge, client: &Client) -> Event {
        Event::new(kind, challenge.user_id, client, self.clock.now()).with_reason("incorrect_code")
    }

    pub(super) fn wrong_code(&self, reserved: &Challenge) -> Error {
        let view = self.policy.view(reserved, self.clock.now());
        Error::IncorrectCode { attempts_left: view.attempts_left, challenge: Some(Box::new(view)) }
    }

    /// The code was right: of any number of requests that come here, one spends the challenge.
    async fn settle(
        &self,
        reserved: &Challenge,
        approved: Approved,
        counted: Counted,
        client: Client,
    ) -> Result<LiveSession, Error> {
        let now = self.clock.now();
        let session = self.new_session(reserved, &client, now)?;
        let (challenge, opened) = (reserved.clone(), session.clone());
        let watched = self.limits.watch(&reserved.destination);
        let (standings, was_right, same_client) = (client.standings.clone(), counted.clone(), client.clone());
        // One round trip: that a challenge opens one session, and none once it is cancelled, is the database's to refuse.
        let settled = self.write_at_once(async move |c| -> Result<_, StorageError> {
            let record = async |c: Transaction<'_>| {
                let verified = Event::of_activity(ActivityKind::Verified, challenge.user_id, &client, now);
                let created = Event::new(EventKind::SessionCreated, challenge.user_id, &client, now);
                // Neither waits for the other: what is sent later than COMMIT is not of the transaction.
                let (verified, created) = join(c.again().record(verified), c.again().record(created)).await;
                verified.and(created)
            };
            let ((spent, user, opened, recorded, given_back), committed) = join(
                join5(
                    challenges::spend(&mut c.again(), challenge.id, Timestamp(now)),
                    users::code_was_right(
                        &mut c.again(),
                        challenge.user_id,
                        &challenge.destination,
                        Timestamp(now),
                    ),
                    sessions::insert(&mut c.again(), &opened),
                    record(c.again()),
                    counted.give_back(&mut c.again(), now, &standings),
                ),
                c.commit(),
            )
            .await;
            let (spent, user) = (spent?, user?);
            opened.and(recorded).and(given_back)?;
            Ok((user.filter(|_| spent), committed?))
        });
        let user = match settled.await {
            Ok(Some(user)) => user,
            Ok(None) => {
                // A number that changes cancels its challenges first, and those that are deleted are long over: so this is
                // never seen, and opens nothing if it ever is.
                let (id, reason) = (session.id, Reason::PhoneChanged);
                let end = self.db.write(async move |mut c| {
                    sessions::end(&mut c, id, EndReason::PhoneChanged, Timestamp(now)).await
                });
                end.await?;
                return Err(Error::InvalidToken(reason));
            }
            Err(StorageError::AlreadyEnded | StorageError::NotFound) => {
                // Another request was faster. This one's code was right all the same.
                self.give_back(was_right, &same_client).await?;
                return Err(Error::InvalidToken(self.end_of(reserved.id).await?.unwrap_or(Reason::Spent)));
            }
            Err(other) => return Err(other.into()),
        };
        // Only the code that proves a number counts: whoever has proved it earns nothing by the next one.
        let is_first = user.phone_number_verified_at == Some(Timestamp(now));
        if let Some(watched) = watched.filter(|_| is_first) {
            let sends = reserved.sends;
            self.db.write(async move |mut c| watched.count_verified(&mut c, sends, now).await).await?;
        }
        Ok(LiveSession::opened(approved, session, user))
    }

    fn new_session(
        &self,
        challenge: &Challenge,
        client: &Client,
        now: DateTime<Utc>,
    ) -> Result<Session, Error> {
        let mut salt = vec![0; SALT_LENGTH];
        rand::fill(&mut salt).map_err(Error::internal)?;
        Ok(Session {
            id: Id::new(now),
            user_id: challenge.user_id,
            salt,
            generation: 0,
            rotated_at: Timestamp(now),
            amr: Amr::password_and_code(challenge.channel),
            auth_time: Timestamp(now),
            user_agent: client.user_agent.clone(),
            ip_address: client.ip_address.map(|address| address.to_string()),
            created_at: Timestamp(now),
            last_used_at: Timestamp(now),
            expires_at: Timestamp(now + self.sessions.lifetime),
            ended_at: None,
            end_reason: None,
        })
    }
}
