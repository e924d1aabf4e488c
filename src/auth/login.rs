//! Log in: the password is right, a code is on its way.

use chrono::{DateTime, TimeDelta, Utc};
use secrecy::SecretString;

use super::activity::ActivityKind;
use super::challenge::{CODE_LIFETIME_SECONDS, ChallengeView};
use super::client::Client;
use super::error::Error;
use super::hashing::Compared;
use super::password_hash::PasswordHash;
use super::send_code::Delivery;
use super::{Auth, Email, Password, to_the_end};
use crate::storage::challenges::{self, Challenge};
use crate::storage::users::{self, User};
use crate::storage::{Error as StorageError, Id, Timestamp};

/// Who wants to log in.
pub struct Login {
    /// Names the user.
    pub email: Email,
    /// To be compared.
    pub password: Password,
    /// How the code shall travel.
    pub delivery: Delivery,
}

/// What a right password gets.
pub struct PasswordOkGrant {
    /// The password-ok token.
    pub token: SecretString,
    /// Seconds that it lives.
    pub expires_in: i64,
    /// What has to be answered.
    pub challenge: ChallengeView,
}

/// The password was right: made by `check_password` alone.
struct RightPassword {
    user: User,
}

impl Auth {
    /// Checks the password, makes a challenge, has Twilio send the code.
    ///
    /// # Errors
    /// [`Error::InvalidCredentials`] for an unknown email address and a wrong password alike; then those of
    /// sending a code.
    pub async fn log_in(&self, login: Login, client: Client) -> Result<PasswordOkGrant, Error> {
        let Login { email, password, delivery } = login;
        let right = self.check_password(email, password, &client).await?;
        let auth = self.clone();
        let granted = to_the_end(async move { auth.challenge(right, &delivery, client).await }).await;
        granted.map_err(|error| match error {
            // Deleted since the password was compared: by now the email address is nobody's.
            Error::UserGone => Error::InvalidCredentials,
            other => other,
        })
    }

    async fn check_password(
        &self,
        email: Email,
        password: Password,
        client: &Client,
    ) -> Result<RightPassword, Error> {
        let (user, rehashed) = match self.compare(&email, password.clone()).await? {
            (Some(user), Compared::Right { rehashed }) => (user, rehashed),
            (user, _) => {
                if let Some(user) = user {
                    self.record_failed_log_in(&user, client);
                }
                return Err(Error::InvalidCredentials);
            }
        };
        let Some(new) = rehashed else { return Ok(RightPassword { user }) };
        let (id, old, hash) = (user.id, user.password_hash.clone(), new.expose().to_owned());
        let replace = self
            .db
            .write(async move |mut c| users::replace_password_hash(&mut c, id, &old, new.expose()).await);
        if replace.await? {
            return Ok(RightPassword { user: User { password_hash: hash, ..user } });
        }
        // Another log-in was faster, or the password was changed: what holds now?
        match self.compare(&email, password).await? {
            (Some(user), Compared::Right { .. }) => Ok(RightPassword { user }),
            _ => Err(Error::InvalidCredentials),
        }
    }

    async fn compare(&self, email: &Email, password: Password) -> Result<(Option<User>, Compared), Error> {
        let email = email.clone();
        let user =
            self.db.read(async move |mut c| users::find_by_email(&mut c, email.as_str()).await).await?;
        let stored = user.as_ref().map(|user| PasswordHash::stored(user.password_hash.clone()));
        // The same work for an unknown email address: the time must not tell (OWASP ASVS 5.0, 6.3.8).
        Ok((user, self.hasher.compare(password, stored).await?))
    }

    async fn challenge(
        &self,
        right: RightPassword,
        delivery: &Delivery,
        client: Client,
    ) -> Result<PasswordOkGrant, Error> {
        let now = self.clock.now();
        let counted = new_challenge(&right.user, delivery, now);
        let (row, hash) = (counted.clone(), right.user.password_hash.clone());
        // Written before Twilio is asked: a crash in between leaves a trace of the send, never the other way.
        let still_right = self.db.write(async move |mut c| -> Result<bool, StorageError> {
            let still_right = users::keeps_password_hash(&mut c, row.user_id, &hash).await?;
            if still_right {
                challenges::insert(&mut c, &row).await?;
            }
            Ok(still_right)
        });
        if !still_right.await? {
            // Changed since it was compared: whoever changed it has ended the challenges that there were.
            return Err(Error::InvalidCredentials);
        }
        let sent = match self.start_verification(&counted, delivery).await {
            Ok(sent) => sent,
            Err(failure) => {
                let id = counted.id;
                self.db
                    .write(async move |mut c| challenges::cancel(&mut c, id, Timestamp(now)).await)
                    .await?;
                return Err(self.told(&failure, &counted).await?);
            }
        };
        let activity = ActivityKind::LoggedIn.of(right.user.id, &client, now);
        let challenge = self.record_send(sent, now, Some(activity)).await?;
        let keys = self.keyring.of(&self.db, now).await;
        Ok(PasswordOkGrant {
            token: keys.password_ok(right.user.id.0, challenge.id.0, now)?,
            expires_in: keys.settings().password_ok_lifetime.num_seconds(),
            challenge: self.policy.view(&challenge, self.clock.now()),
        })
    }
}

fn new_challenge(user: &User, delivery: &Delivery, now: DateTime<Utc>) -> Challenge {
    Challenge {
        id: Id::new(now),
        user_id: user.id,
        phone_number: user.phone_number.clone(),
        channel: delivery.channel.as_str().into(),
        verification_sid: None,
        sends: 1,
        last_sent_at: Timestamp(now),
        failed_checks: 0,
        created_at: Timestamp(now),
        expires_at: Timestamp(now + TimeDelta::seconds(CODE_LIFETIME_SECONDS)),
        spent_at: None,
        cancelled_at: None,
        cancel_reason: None,
    }
}
