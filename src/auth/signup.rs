//! Sign up: a new user.

use super::client::Client;
use super::error::Error;
use super::events::event::Event;
use super::events::transaction::Transaction;
use super::{Auth, Email, Name, Password, PhoneNumber, Username};
use storage::ActivityKind;
use storage::unverified::Claim;
use storage::users;
use storage::users::User;
use storage::{Error as StorageError, Id, Timestamp};

/// Who wants to sign up.
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
    /// Makes a user. The unique indexes decide who gets an email address, a number or a username; whoever signed up with it
    /// long ago and never proved their phone gives way.
    ///
    /// # Errors
    /// [`Error::RateLimited`], [`Error::UserExists`], [`Error::UsernameTaken`], [`Error::Overloaded`].
    pub async fn sign_up(&self, person: SignUp, client: Client) -> Result<User, Error> {
        // Those that come to nothing are counted too: each tells whether somebody has an account.
        let counted = self.count(self.limits.sign_up(&client), &client).await?;
        let hash = match self.hasher.hash(person.password).await {
            Err(error) => {
                self.give_back(counted, &client).await?;
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
        let signed_up = Event::of_activity(ActivityKind::SignedUp, user.id, &client, now);
        let inserted = self.write_claim(claim, &client, || {
            let (new, signed_up) = (user.clone(), signed_up.clone());
            async move |c: &mut Transaction<'_>| {
                users::insert(c, &new).await?;
                c.record(signed_up).await
            }
        });
        let inserted = inserted.await;
        match inserted {
            Ok(()) => Ok(user),
            Err(StorageError::Unique { index }) => Err(self.taken(&user, &index).await?),
            Err(other) => Err(other.into()),
        }
    }

    /// What was taken. Where a row collides on several indexes, databases differ in which one they name;
    /// clients are told the same by both.
    async fn taken(&self, user: &User, index: &str) -> Result<Error, Error> {
        if index != users::USERNAME_KEY {
            return Ok(Error::UserExists);
        }
        let (email, phone_number) = (user.email.clone(), user.phone_number.clone());
        let stale = self.stale_before();
        let exists = self
            .db
            .read(async move |mut c| users::exists(&mut c, &email, &phone_number, stale).await)
            .await?;
        Ok(if exists { Error::UserExists } else { Error::UsernameTaken })
    }
}
