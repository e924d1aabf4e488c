//! Verify: the code is right, a session begins.
//!
//! A check is counted before Twilio is asked, in a transaction of its own (reserve, call, settle). So
//! parallel requests share the five checks, and a crash leaves the guess counted.

use aws_lc_rs::rand;
use chrono::{DateTime, Utc};
use storage::challenges::Challenge;
use storage::sessions::Session;
use storage::{ActivityKind, Amr, EventKind, Id, SessionOpened, SessionOpening, Timestamp};
use twilio_verify::{Approved, CheckOutcome};

use super::client::Client;
use super::codes::reserve_check::CheckPermit;
use super::error::Error;
use super::events::event::Event;
use super::proof::{PasswordOk, Verified};
use super::reason::Reason;
use super::tokens::refresh_token::SALT_LENGTH;
use super::tokens::{LiveSession, Tokens};
use super::values::code::Code;
use super::values::phone_number::country;
use super::{Auth, run_to_completion};

impl Auth {
    /// Checks a code. If it is right, spends the challenge and opens a session.
    ///
    /// # Errors
    /// [`Error::IncorrectCode`], [`Error::ChallengeExpired`], [`Error::TooManyAttempts`],
    /// [`Error::RateLimited`], [`Error::InvalidToken`] if another request was faster,
    /// [`Error::OtpUnavailable`].
    pub async fn verify(
        &self,
        caller: Verified<PasswordOk>,
        code: Code,
        client: Client,
    ) -> Result<Tokens, Error> {
        let auth = self.clone();
        run_to_completion(async move {
            let permit = match auth.reserve_check(caller.challenge(), &client).await {
                Err(error @ Error::TooManyAttempts { .. }) => {
                    let event = auth.wrong_code_event(EventKind::LoginFailMax, caller.challenge(), &client);
                    auth.emit_standalone(event).await;
                    return Err(error);
                }
                reserved => reserved?,
            };
            match auth.twilio.check(&permit.sid, code.expose()).await {
                Ok(CheckOutcome::Approved(approved)) => {
                    auth.count_verified(&permit.challenge);
                    auth.mint(auth.open_session(permit, approved, &client).await?).await
                }
                Ok(CheckOutcome::Wrong) => {
                    let event = auth.wrong_code_event(EventKind::LoginFail, &permit.challenge, &client);
                    auth.emit_standalone(event).await;
                    Err(auth.wrong_code(&permit.challenge))
                }
                Err(failure) => Err(auth.unanswered_check(&permit, &failure, &client).await?),
            }
        })
        .await
    }

    /// Counts a right code in the metrics.
    pub(super) fn count_verified(&self, challenge: &Challenge) {
        self.metrics.code_verified(challenge.channel.as_str(), &country(&challenge.destination));
    }

    /// Makes the event of a wrong code.
    pub(super) fn wrong_code_event(&self, kind: EventKind, challenge: &Challenge, client: &Client) -> Event {
        Event::new(kind, challenge.user_id, client, self.clock.now()).with_reason("incorrect_code")
    }

    /// Builds the error of a wrong code. `challenge`: including this check.
    pub(super) fn wrong_code(&self, challenge: &Challenge) -> Error {
        let view = self.policy.view(challenge, self.clock.now());
        Error::IncorrectCode { attempts_left: view.attempts_left, challenge: Some(Box::new(view)) }
    }

    /// Spends the challenge and opens the session. Exactly one of the parallel requests succeeds.
    async fn open_session(
        &self,
        permit: CheckPermit,
        approved: Approved,
        client: &Client,
    ) -> Result<LiveSession, Error> {
        let CheckPermit { challenge, reservation, .. } = permit;
        let now = self.clock.now();
        let session = self.new_session(&challenge, client, now)?;
        let events = [
            Event::of_activity(ActivityKind::Verified, challenge.user_id, client, now),
            Event::new(EventKind::SessionCreated, challenge.user_id, client, now),
        ];
        let opening = SessionOpening {
            challenge: challenge.clone(),
            session: session.clone(),
            events: events.iter().map(|event| self.rows(event)).collect(),
            refunds: reservation.refunds(),
            now: Timestamp(now),
        };
        let user = match self.db.open_session(opening).await? {
            SessionOpened::Opened { user, limits } => {
                reservation.report_refund(&limits, now, &client.limits);
                events.iter().for_each(|event| self.emit(event));
                *user
            }
            SessionOpened::NumberChanged => return Err(Error::InvalidToken(Reason::PhoneChanged)),
            SessionOpened::ChallengeEnded => {
                // Another request was faster, but this code was right too.
                self.refund(&reservation, client).await?;
                let reason = self.end_reason(challenge.id).await?.unwrap_or(Reason::Spent);
                return Err(Error::InvalidToken(reason));
            }
        };
        // Conversions count only the code that proves a number.
        let is_first = user.phone_number_verified_at == Some(Timestamp(now));
        if let Some(guard) = self.limits.guard(&challenge.destination).filter(|_| is_first) {
            self.db.add_conversions(guard.answered(challenge.sends, now)).await?;
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
