//! Reset a forgotten password with a code to the email address. Responses do not reveal whether an address is
//! a user's: in either case a row is written, a token is returned, and Twilio is asked about every code. A
//! reset does not log in, and the next log-in needs its one-time code as usual.

use chrono::TimeDelta;
use secrecy::SecretString;
use storage::password_resets::{MAX_CHECKS, PasswordReset};
use storage::users::User;
use storage::{ActivityKind, EventKind, ForgottenPassword, Id, Timestamp};
use twilio_verify::{Channel, CheckOutcome, Failure, FailureKind, VerificationSid};

use super::client::Client;
use super::codes::challenge::{CODE_LIFETIME_SECONDS, retry_after};
use super::error::Error;
use super::events::event::Event;
use super::limits::known_client::Account;
use super::limits::quota::Quota;
use super::limits::send::SendPermit;
use super::tokens::reset_token::ResetToken;
use super::values::code::Code;
use super::{Auth, Email, Password, run_to_completion};
use crate::telemetry::carried;

/// The result of a request for a password reset. It is the same for an unregistered address.
pub struct ResetGrant {
    /// Identifies the reset.
    pub token: SecretString,
    /// The lifetime of the code in seconds.
    pub expires_in: i64,
    /// The number of digits of the code.
    pub code_length: u8,
}

/// A new password, and the proof of access to the user's mailbox.
pub struct NewPassword {
    /// From [`ResetGrant`].
    pub token: ResetToken,
    /// From the mailbox.
    pub code: Code,
    /// The new password. After the code was right, it is also compared with the user's data.
    pub password: Password,
}

impl Auth {
    /// Begins a reset. The code is sent in the background, so that the time of the response does not reveal
    /// whether there is such a user.
    ///
    /// # Errors
    /// [`Error::RateLimited`].
    pub async fn forget_password(&self, email: Email, client: Client) -> Result<ResetGrant, Error> {
        self.with_quota(Account::Email(&email), &client, async |quota| {
            self.forget_password_from(&email, quota, &client).await
        })
        .await
    }

    async fn forget_password_from(
        &self,
        email: &Email,
        quota: Quota,
        client: &Client,
    ) -> Result<ResetGrant, Error> {
        let now = self.clock.now();
        let user = self.db.user_by_email(email.as_str()).await?;
        let lifetime = TimeDelta::seconds(CODE_LIFETIME_SECONDS);
        let reset = PasswordReset {
            id: Id::new(now),
            user_id: user.as_ref().map(|user| user.id),
            email: user.as_ref().map(|user| user.email.clone()),
            verification_sid: None,
            failed_checks: 0,
            created_at: Timestamp(now),
            expires_at: Timestamp(now + lifetime),
            approved_at: None,
            spent_at: None,
        };
        let id = reset.id;
        let checks = self.limits.password_reset(email, client, quota);
        let permit = match self.db.begin_password_reset(reset, checks.limits(now, &client.limits)).await? {
            Ok(states) => checks.permit(states, now, &client.limits),
            Err(rejection) => return Err(checks.rejection(&rejection, now, &client.limits)),
        };
        if let Some(user) = user {
            let auth = self.clone();
            let send = async move { auth.send_code_to_mailbox(permit, id, &user).await };
            drop(tokio::task::spawn_local(carried(send)));
        }
        Ok(ResetGrant {
            token: self.reset_tokens.of(id),
            expires_in: lifetime.num_seconds(),
            code_length: self.policy.code_length,
        })
    }

    async fn send_code_to_mailbox(&self, permit: SendPermit, id: Id, user: &User) {
        // No request waits for the outcome. The Twilio client logs a failure.
        let Ok(sid) = self.send_reset_code(permit, &user.email).await else { return };
        if let Err(error) = self.db.record_reset_send(id, sid.as_str().to_owned()).await {
            tracing::warn!(%error, "a password reset's code was sent and could not be recorded");
        }
    }

    /// If the code is right, replaces the password and ends every session, challenge and other reset of the
    /// user.
    ///
    /// # Errors
    /// [`Error::ChallengeExpired`] if the token is invalid, expired or used, [`Error::IncorrectCode`],
    /// [`Error::TooManyAttempts`], [`Error::OtpUnavailable`]. After a right code: [`Error::InvalidField`],
    /// [`Error::Overloaded`]; then the same token and code can be sent again.
    pub async fn reset_password(&self, new: NewPassword, client: Client) -> Result<(), Error> {
        let id = self.reset_tokens.check(&new.token).ok_or(Error::ChallengeExpired(None))?;
        let auth = self.clone();
        run_to_completion(async move {
            let proved = auth.prove_mailbox(id, &new.code, &client).await?;
            auth.replace_forgotten(id, proved, new.password, client).await
        })
        .await
    }

    /// Checks the code. Returns the user and the address of the mailbox.
    async fn prove_mailbox(&self, id: Id, code: &Code, client: &Client) -> Result<(Id, String), Error> {
        let now = Timestamp(self.clock.now());
        let reserved = self.db.reserve_reset_check(id, now).await?;
        let (is_counted, reset) = reserved.ok_or(Error::ChallengeExpired(None))?;
        let owner = reset.user_id.zip(reset.email.clone());
        if let (Some(_), None, Some(owner)) = (reset.approved_at, reset.spent_at, &owner) {
            return Ok(owner.clone());
        }
        if !is_counted {
            let is_open = reset.spent_at.is_none() && now < reset.expires_at;
            if !is_open {
                return Err(Error::ChallengeExpired(None));
            }
            let retry_after = Some(retry_after(reset.expires_at.0, now.0));
            return Err(Error::TooManyAttempts { challenge: None, retry_after });
        }
        match (self.check_reset(&reset, code).await?, owner) {
            (Ok(CheckOutcome::Approved(_)), Some(owner)) => {
                self.metrics.code_verified(Channel::Email.as_str(), "none");
                self.db.approve_reset(id, now).await?;
                Ok(owner)
            }
            (Err(failure), _) if !is_about_verification(failure.kind()) => {
                if failure.certainly_not_processed() {
                    self.db.refund_reset_check(id).await?;
                }
                Err(Self::reset_unavailable(&failure))
            }
            // What Twilio says about a verification is not passed on: there is none for an unknown address.
            _ => {
                // Only logged, for an unknown address too: writing a row would take more time.
                let event = Event::new(EventKind::PasswordChangeFail, reset.user_id, client, now.0);
                self.emit(&event.with_reason("incorrect_code"));
                if reset.failed_checks >= MAX_CHECKS {
                    self.end_used_up(&reset);
                }
                Err(Error::IncorrectCode {
                    challenge: None,
                    attempts_left: u32::try_from(MAX_CHECKS - reset.failed_checks).unwrap_or(0),
                })
            }
        }
    }

    /// Cancels a verification that accepts no more checks, so that the user's next reset gets a code.
    /// Otherwise an attacker could block resets until it expires. Our limits bound the number of guesses.
    fn end_used_up(&self, reset: &PasswordReset) {
        let sid = reset.verification_sid.clone().and_then(|sid| VerificationSid::parse(sid).ok());
        let Some(sid) = sid else { return };
        let twilio = self.twilio.clone();
        // In the background, as the code was sent. The Twilio client logs a failure.
        drop(tokio::task::spawn_local(carried(async move { twilio.cancel(&sid).await.ok() })));
    }

    /// Has Twilio check the code, for an unknown address too, so that the time reveals nothing.
    async fn check_reset(
        &self,
        reset: &PasswordReset,
        code: &Code,
    ) -> Result<Result<CheckOutcome, Failure>, Error> {
        match (&reset.verification_sid, &reset.email) {
            // The code is still being sent, or the server stopped meanwhile.
            (None, Some(email)) => Ok(self.twilio.check_recipient(email, code.expose()).await),
            (sid, _) => {
                // A verification that Twilio does not know.
                let unknown = || format!("VE{}", reset.id.0.simple());
                let sid =
                    VerificationSid::parse(sid.clone().unwrap_or_else(unknown)).map_err(Error::internal)?;
                Ok(self.twilio.check(&sid, code.expose()).await)
            }
        }
    }

    async fn replace_forgotten(
        &self,
        id: Id,
        (user_id, email): (Id, String),
        password: Password,
        client: Client,
    ) -> Result<(), Error> {
        let user = self.db.user(user_id).await.map_err(|_| Error::ChallengeExpired(None))?;
        let password = self.strong_for(&user, password, "new_password").await?;
        let hash = self.hasher.hash(password).await?;
        let now = self.clock.now();
        let event = Event::of_activity(ActivityKind::PasswordReset, user_id, &client, now);
        let forgotten = ForgottenPassword {
            reset: id,
            user_id,
            email,
            new_hash: hash.expose().to_owned(),
            event: self.rows(&event),
            now: Timestamp(now),
        };
        if !self.db.replace_forgotten_password(forgotten).await? {
            return Err(Error::ChallengeExpired(None));
        }
        self.emit(&event);
        Ok(())
    }
}

fn is_about_verification(kind: FailureKind) -> bool {
    matches!(kind, FailureKind::VerificationGone | FailureKind::TooManyChecks)
}
