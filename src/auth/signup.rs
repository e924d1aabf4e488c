//! Sign up: a new user.

use storage::unverified::Claim;
use storage::users::{self, User};
use storage::{ActivityKind, Error as StorageError, Id, Timestamp};

use super::client::Client;
use super::error::Error;
use super::events::event::Event;
use super::{Auth, Email, Name, Password, PhoneNumber, Username};

/// A person who signs up.
pub struct SignUp {
    /// The person's name.
    pub name: Name,
    /// Public and unique.
    pub username: Username,
    /// Logs in with it.
    pub email: Email,
    /// Gets codes on it.
    pub phone_number: PhoneNumber,
    /// Checked for strength.
    pub password: Password,
}

impl Auth {
    /// Makes a user. The unique indexes decide who gets an email address, a number or a username. An
    /// unverified user who holds one of them for long is deleted.
    ///
    /// # Errors
    /// [`Error::RateLimited`], [`Error::UserExists`], [`Error::UsernameTaken`], [`Error::Overloaded`].
    pub async fn sign_up(&self, person: SignUp, client: Client) -> Result<User, Error> {
        // Failed sign-ups are counted too: each reveals whether an account exists.
        let reservation = self.reserve(self.limits.sign_up(&client), &client).await?;
        let hash = match self.hasher.hash(person.password).await {
            Err(error) => {
                self.refund(&reservation, &client).await?;
                return Err(error);
            }
            Ok(hash) => hash,
        };
        let now = self.clock.now();
        let user = User {
            id: Id::new(now),
            name: person.name.as_str().into(),
            username: person.username.as_str().into(),
            email: person.email.as_str().into(),
            phone_number: person.phone_number.as_str().into(),
            phone_number_verified_at: None,
            password_hash: hash.expose().into(),
            failed_checks: 0,
            created_at: Timestamp(now),
            updated_at: Timestamp(now),
        };
        let claim = Claim {
            email: Some(user.email.clone()),
            phone_number: Some(user.phone_number.clone()),
            username: Some(user.username.clone()),
        };
        let event = Event::of_activity(ActivityKind::SignedUp, user.id, &client, now);
        let inserted = self.with_takeover(claim, &client, async |takeover| {
            self.db.sign_up(user.clone(), self.rows(&event), takeover).await
        });
        match inserted.await {
            Ok(()) => {
                self.emit(&event);
                Ok(user)
            }
            Err(StorageError::Unique { index }) => Err(self.taken(&user, &index).await?),
            Err(other) => Err(other.into()),
        }
    }

    /// Returns the error for what is taken. If a row collides on several indexes, the databases name
    /// different ones; clients get the same error from both.
    async fn taken(&self, user: &User, index: &str) -> Result<Error, Error> {
        if index != users::USERNAME_KEY {
            return Ok(Error::UserExists);
        }
        let email = user.email.clone();
        let phone_number = user.phone_number.clone();
        let exists = self.db.is_taken(email, phone_number, self.stale_before()).await?;
        Ok(if exists { Error::UserExists } else { Error::UsernameTaken })
    }
}
