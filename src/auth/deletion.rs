//! Deletes an account at its user's request.

use storage::EventKind;

use super::client::Client;
use super::events::event::Event;
use super::proof::{FullAccess, Verified};
use super::{Auth, Error, Password};

impl Auth {
    /// Deletes a user and everything that belongs to them, in one transaction. Their tokens are revoked, and
    /// their email address, username and number are free again.
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
        let event = Event::new(EventKind::UserDeleted, user.id, &client, self.clock.now());
        if !self.db.delete_user(user.id, &user.password_hash, self.rows(&event)).await? {
            // The password was changed after the comparison.
            return Err(Error::WrongPassword);
        }
        self.emit(&event);
        Ok(())
    }
}
