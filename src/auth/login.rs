//! Log in: the password is right, a code is on its way.

use chrono::{DateTime, TimeDelta, Utc};
use secrecy::SecretString;
use storage::challenges::Challenge;
use storage::users::User;
use storage::{ActivityKind, ChallengeBeginning, ChallengeBegun, Id, Purpose, Timestamp};

use super::client::Client;
use super::codes::challenge::CODE_LIFETIME_SECONDS;
use super::codes::challenge_view::ChallengeView;
use super::codes::channel::stored_channel;
use super::codes::send_code::Delivery;
use super::error::Error;
use super::events::event::Event;
use super::limits::known_client::Account;
use super::limits::reservation::Reservation;
use super::limits::send::SendPermit;
use super::passwords::hashing::Compared;
use super::passwords::password_hash::PasswordHash;
use super::{Auth, Email, Password, run_to_completion};

/// A log-in.
pub struct Login {
    /// Identifies the user.
    pub email: Email,
    /// The password to compare.
    pub password: Password,
    /// How the code is sent.
    pub delivery: Delivery,
}

/// The result of a correct password: a password-ok token and the challenge to answer.
pub struct PasswordOkGrant {
    /// The password-ok token.
    pub token: SecretString,
    /// Its lifetime in seconds.
    pub expires_in: i64,
    /// The challenge to answer.
    pub challenge: ChallengeView,
}

/// The proof that the password of a user was right. Only `check_password` makes it.
struct RightPassword {
    user: User,
}

impl Auth {
    /// Checks the password, makes a challenge and has Twilio send the code.
    ///
    /// # Errors
    /// [`Error::InvalidCredentials`] for an unknown email address and for a wrong password;
    /// [`Error::RateLimited`], [`Error::Overloaded`], and those of sending a code.
    pub async fn log_in(&self, login: Login, client: Client) -> Result<PasswordOkGrant, Error> {
        let Login { email, password, delivery } = login;
        // Counted before the password is compared, so that parallel guesses cannot exceed the limit. Refunded
        // if it is right.
        let reserved = self.with_quota(Account::Email(&email), &client, async |quota| {
            self.reserve(self.limits.log_in(&email, &client, quota), &client).await
        });
        let reservation = reserved.await?;
        let right = match self.check_password(&email, password, &client).await {
            // The password was not compared.
            Err(error @ Error::Overloaded { .. }) => {
                self.refund(&reservation, &client).await?;
                return Err(error);
            }
            compared => compared?,
        };
        let auth = self.clone();
        let granted =
            run_to_completion(
                async move { auth.send_log_in_code(right, reservation, &delivery, client).await },
            );
        granted.await.map_err(|error| match error {
            // The user was deleted after the comparison, so the email address is unknown now.
            Error::UserGone => Error::InvalidCredentials,
            other => other,
        })
    }

    async fn check_password(
        &self,
        email: &Email,
        password: Password,
        client: &Client,
    ) -> Result<RightPassword, Error> {
        let (user, rehashed) = match self.compare(email, password.clone()).await? {
            (Some(user), Compared::Right { rehashed }) => (user, rehashed),
            (user, _) => {
                self.record_failed_log_in(user.as_ref(), client);
                return Err(Error::InvalidCredentials);
            }
        };
        let Some(new) = rehashed else { return Ok(RightPassword { user }) };
        let old = user.password_hash.clone();
        let new = new.expose().to_owned();
        if self.db.rehash_password(user.id, old, new.clone()).await? {
            return Ok(RightPassword { user: User { password_hash: new, ..user } });
        }
        // Another log-in was faster, or the password was changed: compare again.
        match self.compare(email, password).await? {
            (Some(user), Compared::Right { .. }) => Ok(RightPassword { user }),
            _ => Err(Error::InvalidCredentials),
        }
    }

    async fn compare(&self, email: &Email, password: Password) -> Result<(Option<User>, Compared), Error> {
        let user = self.db.user_by_email(email.as_str()).await?;
        let stored = user.as_ref().map(|user| PasswordHash::stored(user.password_hash.clone()));
        // An unknown email address takes the same work, so that the time does not reveal it (OWASP ASVS 5.0,
        // 6.3.8).
        Ok((user, self.hasher.compare(password, stored).await?))
    }

    async fn send_log_in_code(
        &self,
        right: RightPassword,
        guess: Reservation,
        delivery: &Delivery,
        client: Client,
    ) -> Result<PasswordOkGrant, Error> {
        let may_send = self.ensure_region_allowed(&right.user.phone_number, None);
        if let Err(error) = may_send.and_then(|()| self.ensure_provider_available(None)) {
            self.refund(&guess, &client).await?;
            return Err(error);
        }
        let now = self.clock.now();
        let begun = new_challenge(&right.user, delivery, now);
        let permit = self.begin_challenge(&right.user, &begun, guess, &client).await?;
        let sent = match self.send_code(permit, &begun, delivery, &client).await {
            Ok(sent) => sent,
            Err(failure) => {
                self.db.cancel_unsent_challenge(begun.id, Timestamp(now)).await?;
                return Err(self.error_for_failure(&failure, &begun).await?);
            }
        };
        let event = Event::of_activity(ActivityKind::LoggedIn, right.user.id, &client, now);
        let challenge = self.record_send(sent, Some(event)).await?;
        let keys = self.keyring.current(&self.db, now).await;
        Ok(PasswordOkGrant {
            token: keys.password_ok(right.user.id.0, challenge.id.0, now)?,
            expires_in: keys.settings().password_ok_lifetime.num_seconds(),
            challenge: self.policy.view(&challenge, self.clock.now()),
        })
    }

    /// Writes the challenge with its code counted, and refunds the guess, which was right.
    async fn begin_challenge(
        &self,
        user: &User,
        challenge: &Challenge,
        guess: Reservation,
        client: &Client,
    ) -> Result<SendPermit, Error> {
        let now = challenge.created_at;
        let checks = self.limits.code(user, &challenge.destination, client);
        let beginning = ChallengeBeginning {
            challenge: challenge.clone(),
            user: user.clone(),
            refunds: guess.refunds(),
            limits: checks.limits(now.0, &client.limits),
            now,
        };
        match self.db.begin_challenge(beginning).await? {
            ChallengeBegun::Begun { refunded, counted } => {
                guess.report_refund(&refunded, now.0, &client.limits);
                Ok(checks.permit(counted, now.0, &client.limits))
            }
            ChallengeBegun::Rejected(rejection) => {
                let error = checks.rejection(&rejection, now.0, &client.limits);
                self.refund(&guess, client).await?;
                Err(error)
            }
            ChallengeBegun::UserChanged => Err(Error::InvalidCredentials),
        }
    }
}

fn new_challenge(user: &User, delivery: &Delivery, now: DateTime<Utc>) -> Challenge {
    Challenge {
        id: Id::new(now),
        user_id: user.id,
        destination: user.phone_number.clone(),
        channel: stored_channel(delivery.channel),
        verification_sid: None,
        sends: 1,
        last_sent_at: Timestamp(now),
        failed_checks: 0,
        created_at: Timestamp(now),
        expires_at: Timestamp(now + TimeDelta::seconds(CODE_LIFETIME_SECONDS)),
        spent_at: None,
        cancelled_at: None,
        cancel_reason: None,
        purpose: Purpose::LogIn,
    }
}
