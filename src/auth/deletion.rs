//! The end of an account, at its owner's wish.

use super::client::Client;
use super::events::event::Event;
use super::proof::{FullAccess, Verified};
use super::{Auth, Error, Password};
use storage::EventKind;
use storage::users;
use storage::users::User;

/// How often a deletion is tried that gives way to whatever else the user does at this moment.
const ATTEMPTS: u32 = 10;

impl Auth {
    /// Deletes a user and all that hangs on them, in one transaction. From then on their tokens open nothing, and email
    /// address, username and number are free.
    ///
    /// # Errors
    /// [`Error::WrongPassword`], [`Error::RateLimited`], [`Error::Overloaded`].
    pub async fn delete_user(
        &self,
        caller: &Verified<FullAccess>,
        password: Password,
        client: Client,
    ) -> Result<(), Error> {
        let user = caller.user();
        self.confirm_password(caller, password, EventKind::AuthzFail, &client).await?;
        let mut attempts = 1;
        loop {
            match self.delete_once(user, &client).await {
                Err(Error::Unavailable { .. }) if attempts < ATTEMPTS => attempts += 1,
                done => return done,
            }
        }
    }

    async fn delete_once(&self, user: &User, client: &Client) -> Result<(), Error> {
        let (id, hash) = (user.id, user.password_hash.clone());
        let event = Event::new(EventKind::UserDeleted, id, client, self.clock.now());
        self.write(async move |mut c| -> Result<(), Error> {
            if users::delete(&mut c, id, &hash).await? {
                c.record(event).await?;
                return Ok(());
            }
            // Gone already, or no longer with the password that was compared.
            users::find(&mut c, id).await?;
            Err(Error::WrongPassword)
        })
        .await
    }
}
