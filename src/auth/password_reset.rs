//! A forgotten password: a code to the email address replaces it. From outside nothing tells whether an
//! address is a user's: either way a row is written, a token is answered, and Twilio is asked about every
//! code that is tried. A reset logs nobody in, and the next log-in wants its one-time code as ever.

use chrono::TimeDelta;
use secrecy::SecretString;

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
use storage::password_resets::{MAX_CHECKS, PasswordReset};
use storage::users::User;
use storage::{ActivityKind, EventKind, ForgottenPassword, Id, Timestamp};
use twilio_verify::{Channel, CheckOutcome, Failure, FailureKind, VerificationSid};

/// What whoever forgot a password gets.
pub struct ResetGrant {
    /// Names the reset.
    pub token: SecretString,
    /// Seconds that the code can be checked.
    pub expires_in: i64,
    /// Digits of the code.
    pub code_length: u8,
}

/// A new password, and the proof that whoever brings it reads the user's mail.
pub struct NewPassword {
    /// From [`ResetGrant`].
    pub token: ResetToken,
    /// From the mailbox.
    pub code: Code,
    /// Strong for a stranger; the user's own data are looked at when the code was right.
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

    /// Replaces the password, if the code is right: every session ends, and everything that waits for a code.
    ///
    /// # Errors
    /// [`Error::ChallengeExpired`] for a token whose time is over, that was used, or that is not ours,
    /// [`Error::IncorrectCode`], [`Error::TooManyAttempts`], [`Error::OtpUnavailable`]. When the code was
    /// right: [`Error::InvalidField`], [`Error::Overloaded`]; the same token and code can then be sent again.
    pub async fn reset_password(&self, new: NewPassword, client: Client) -> Result<(), Error> {
        let id = self.reset_tokens.check(&new.token).ok_or(Error::ChallengeExpired(None))?;
        let auth = self.clone();
        run_to_completion(async move {
            let proved = auth.prove_mailbox(id, &new.code, &client).await?;
            auth.replace_forgotten(id, proved, new.password, client).await
        })
        .await
    }

    /// Whose mailbox it is that the code came to: the user, and the address.
    async fn prove_mailbox(&self, id: Id, code: &Code, client: &Client) -> Result<(Id, String), Error> {
        let now = Timestamp(self.clock.now());
        let reserved = self.db.reserve_reset_check(id, now).await?;
        let (is_counted, reset) = reserved.ok_or(Error::ChallengeExpired(None))?;
        let owner = reset.user_id.zip(reset.email.clone());
        if let (Some(_), None, Some(owner)) = (reset.approved_at, reset.spent_at, &owner) {
            return Ok(owner.clone());
        }
        if !is_counted {
            return Err(match reset.spent_at.is_none() && now < reset.expires_at {
                true => Error::TooManyAttempts {
                    challenge: None,
                    retry_after: Some(retry_after(reset.expires_at.0, now.0)),
                },
                false => Error::ChallengeExpired(None),
            });
        }
        match (self.check_reset(&reset, code).await?, owner) {
            (Ok(CheckOutcome::Approved(_)), Some(owner)) => {
                self.metrics.code_verified(Channel::Email.as_str(), "none");
                self.db.approve_reset(id, now).await?;
                Ok(owner)
            }
            (Err(failure), _) if !speaks_of_the_verification(failure.kind()) => {
                if failure.certainly_not_processed() {
                    self.db.refund_reset_check(id).await?;
                }
                Err(Self::reset_unavailable(&failure))
            }
            // Twilio's word about a verification is not passed on: there is none for an address that is
            // nobody's.
            _ => {
                // The line alone, and for an address that is nobody's too: a row would take its time.
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

    /// Ends a verification that takes no more checks, so that the user's own next reset gets a code: whoever
    /// has used it up would otherwise be in their way until it expires. How many guesses there are is a
    /// matter of our limits.
    fn end_used_up(&self, reset: &PasswordReset) {
        let sid = reset.verification_sid.clone().and_then(|sid| VerificationSid::parse(sid).ok());
        let Some(sid) = sid else { return };
        let twilio = self.twilio.clone();
        // Afterwards, as the code was sent; the client logs a failure.
        drop(tokio::task::spawn_local(carried(async move { twilio.cancel(&sid).await.ok() })));
    }

    /// Asks Twilio, whoever the reset is of: an answer about nobody takes as long as one about somebody.
    async fn check_reset(
        &self,
        reset: &PasswordReset,
        code: &Code,
    ) -> Result<Result<CheckOutcome, Failure>, Error> {
        match (&reset.verification_sid, &reset.email) {
            // On its way, or the server ended at this moment.
            (None, Some(email)) => Ok(self.twilio.check_recipient(email, code.expose()).await),
            (sid, _) => {
                // A verification that Twilio does not know.
                let nobodys = || format!("VE{}", reset.id.0.simple());
                let sid =
                    VerificationSid::parse(sid.clone().unwrap_or_else(nobodys)).map_err(Error::internal)?;
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

fn speaks_of_the_verification(kind: FailureKind) -> bool {
    matches!(kind, FailureKind::VerificationGone | FailureKind::TooManyChecks)
}
