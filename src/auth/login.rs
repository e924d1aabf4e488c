//! Log in: the password is right, a code is on its way.

use chrono::{DateTime, TimeDelta, Utc};
use futures_util::future::join4;
use secrecy::SecretString;

use super::client::Client;
use super::codes::challenge::CODE_LIFETIME_SECONDS;
use super::codes::challenge_view::ChallengeView;
use super::codes::channel::stored_channel;
use super::codes::send_code::Delivery;
use super::error::Error;
use super::events::event::Event;
use super::limits::Share;
use super::limits::admission::Counted;
use super::passwords::hashing::Compared;
use super::passwords::password_hash::PasswordHash;
use super::{Auth, Email, Password, to_the_end};
use storage::ActivityKind;
use storage::challenges;
use storage::challenges::Challenge;
use storage::users;
use storage::users::User;
use storage::{Id, Purpose, Timestamp};

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
        let counted = self.count_log_in(&email, &client).await?;
        let right = match self.check_password(email, password, &client).await {
            // Counted and never compared.
            Err(error @ Error::Overloaded { .. }) => {
                self.give_back(counted, &client).await?;
                return Err(error);
            }
            compared => compared?,
        };
        let auth = self.clone();
        let granted =
            to_the_end(async move { auth.challenge(right, counted, &delivery, client).await }).await;
        granted.map_err(|error| match error {
            // Deleted since the password was compared: by now the email address is nobody's.
            Error::UserGone => Error::InvalidCredentials,
            other => other,
        })
    }

    /// Counts a guess before it is compared: of any number at once no more are compared than a limit allows. A right
    /// password is given back. Where strangers have used up what the account has, clients that it knows have more.
    async fn count_log_in(&self, email: &Email, client: &Client) -> Result<Counted, Error> {
        let counts = |share| self.limits.log_in(email, client, share);
        match self.count(counts(Share::Everybodys), client).await {
            Err(Error::RateLimited { by_strangers: true, .. })
                if self.is_known_by_email(email, client).await? =>
            {
                self.count(counts(Share::Known), client).await
            }
            counted => counted,
        }
    }

    /// Whether the account of this email address, if there is one, knows the client's address.
    pub(super) async fn is_known_by_email(&self, email: &Email, client: &Client) -> Result<bool, Error> {
        let email = email.clone();
        let user =
            self.db.read(async move |mut c| users::find_by_email(&mut c, email.as_str()).await).await?;
        self.is_known(user.map(|user| user.id), client).await
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
                self.record_failed_log_in(user.as_ref(), client);
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
        guess: Counted,
        delivery: &Delivery,
        client: Client,
    ) -> Result<PasswordOkGrant, Error> {
        let may_send = self.number_is_served(&right.user.phone_number, None);
        if let Err(error) = may_send.and_then(|()| self.twilio_is_asked(None)) {
            self.give_back(guess, &client).await?;
            return Err(error);
        }
        let now = self.clock.now();
        let counted = new_challenge(&right.user, delivery, now);
        let code = self.limits.code(&right.user, &counted.destination, &client);
        let (row, seen, standings) = (counted.clone(), right.user.clone(), client.standings.clone());
        let was_right = guess.clone();
        // Written before Twilio is asked: a crash in between leaves a trace of the send, never the other way.
        let permit = self.db.write(async move |c| -> Result<_, Error> {
            let (unchanged, inserted, given_back, permit) = join4(
                users::is_unchanged(&mut c.again(), &seen),
                challenges::insert(&mut c.again(), &row),
                guess.give_back(&mut c.again(), now, &standings),
                code.count(&mut c.again(), now, &standings),
            )
            .await;
            if !unchanged? {
                // Changed since it was compared: whoever changed it has ended the challenges that there were.
                return Err(Error::InvalidCredentials);
            }
            inserted.and(given_back)?;
            permit
        });
        let permit = match permit.await {
            // No code, and a right password all the same.
            Err(error @ Error::RateLimited { .. }) => {
                self.give_back(was_right, &client).await?;
                return Err(error);
            }
            permit => permit?,
        };
        let sent = match self.start_verification(permit, &counted, delivery, &client).await {
            Ok(sent) => sent,
            Err(failure) => {
                let id = counted.id;
                self.db
                    .write(async move |mut c| challenges::cancel(&mut c, id, Timestamp(now)).await)
                    .await?;
                return Err(self.told(&failure, &counted).await?);
            }
        };
        let event = Event::of_activity(ActivityKind::LoggedIn, right.user.id, &client, now);
        let challenge = self.record_send(sent, now, Some(event)).await?;
        let keys = self.keyring.current(&self.db, now).await;
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
