//! Verify: the code is right, a session begins.
//!
//! A check is counted before Twilio is asked, in a transaction of its own (reserve, call, settle): parallel
//! requests share the five checks, and a crash or a rollback leaves the guess counted.

use aws_lc_rs::rand;
use chrono::{DateTime, Utc};

use super::activity::ActivityKind;
use super::challenge::{ended, why_not_checked};
use super::client::Client;
use super::code::Code;
use super::error::{Error, Reason};
use super::proof::{PasswordOk, Verified};
use super::refresh_token::SALT_LENGTH;
use super::tokens::{LiveSession, Tokens};
use super::{Auth, to_the_end};
use crate::storage::challenges::{self, Challenge};
use crate::storage::sessions::{self, Session};
use crate::storage::users;
use crate::storage::{Error as StorageError, Id, Timestamp, activities};
use crate::twilio::{Approved, Checked, Failure, FailureKind, VerificationSid};

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
            let (reserved, sid) = auth.reserve(caller.challenge()).await?;
            match auth.twilio.check(&sid, code.expose()).await {
                Ok(Checked::Approved(approved)) => {
                    auth.mint(auth.settle(&reserved, approved, client).await?).await
                }
                Ok(Checked::Wrong) => {
                    Err(Error::IncorrectCode(Box::new(auth.policy.view(&reserved, auth.clock.now()))))
                }
                Err(failure) => Err(auth.not_checked(&reserved, &failure).await?),
            }
        })
        .await
    }

    /// Counts the check, for the challenge and for its user. It will go by the verification's SID, never by a
    /// number.
    async fn reserve(&self, seen: &Challenge) -> Result<(Challenge, VerificationSid), Error> {
        let (id, user_id, now) = (seen.id, seen.user_id, self.clock.now());
        let (counted, row) = self
            .db
            .write(async move |mut c| -> Result<_, StorageError> {
                let counted = challenges::count_check(&mut c, id, Timestamp(now)).await?;
                if counted {
                    users::count_check(&mut c, user_id).await?;
                }
                Ok((counted, challenges::find(&mut c, id).await?))
            })
            .await?;
        if !counted {
            return Err(why_not_checked(&self.policy, &row, now));
        }
        let sid = row.verification_sid.as_deref().unwrap_or_default();
        let sid = VerificationSid::parse(sid).map_err(Error::internal)?;
        Ok((row, sid))
    }

    /// The code was right: of any number of requests that come here, one spends the challenge.
    async fn settle(
        &self,
        reserved: &Challenge,
        approved: Approved,
        client: Client,
    ) -> Result<LiveSession, Error> {
        let now = self.clock.now();
        let session = self.new_session(reserved, &client, now)?;
        let (challenge, opened) = (reserved.clone(), session.clone());
        let user = self
            .db
            .write(async move |mut c| -> Result<_, StorageError> {
                if !challenges::spend(&mut c, challenge.id, Timestamp(now)).await? {
                    return Ok(None);
                }
                users::code_was_right(&mut c, challenge.user_id, &challenge.phone_number, Timestamp(now))
                    .await?;
                sessions::insert(&mut c, &opened).await?;
                let activity = ActivityKind::Verified.of(challenge.user_id, &client, now);
                activities::insert(&mut c, &activity).await?;
                Ok(Some(users::find(&mut c, challenge.user_id).await?))
            })
            .await?;
        match user {
            Some(user) => Ok(LiveSession::opened(approved, session, user)),
            None => Err(Error::InvalidToken(self.end_of(reserved.id).await?.unwrap_or(Reason::Spent))),
        }
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
            amr: format!("pwd otp {}", challenge.channel),
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

    /// Twilio did not say whether the code is right. A check that was certainly not made is taken back; an
    /// answer that got lost stays counted, and is never taken for a yes.
    async fn not_checked(&self, reserved: &Challenge, failure: &Failure) -> Result<Error, Error> {
        let gone = failure.kind() == FailureKind::VerificationGone;
        if gone && let Some(reason) = self.end_of(reserved.id).await? {
            // Gone because another request of the same challenge was right.
            return Ok(Error::InvalidToken(reason));
        }
        let (challenge, now) = (reserved.clone(), Timestamp(self.clock.now()));
        let taken_back = failure.certainly_not_processed();
        let row = self
            .db
            .write(async move |mut c| -> Result<_, StorageError> {
                // Challenges before users, as when a check is counted.
                if taken_back {
                    challenges::uncount_check(&mut c, challenge.id).await?;
                }
                if let Some(sid) = challenge.verification_sid.as_deref().filter(|_| gone) {
                    challenges::forget_verification(&mut c, sid, now).await?;
                }
                if taken_back {
                    users::uncount_check(&mut c, challenge.user_id).await?;
                }
                challenges::find(&mut c, challenge.id).await
            })
            .await?;
        if gone {
            return Ok(Error::ChallengeExpired(Box::new(self.policy.view(&row, now.0))));
        }
        self.told(failure, reserved).await
    }

    async fn end_of(&self, id: Id) -> Result<Option<Reason>, Error> {
        let row = self.db.read(async move |mut c| challenges::find(&mut c, id).await).await?;
        Ok(ended(&row))
    }
}
