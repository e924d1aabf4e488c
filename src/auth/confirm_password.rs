//! Asks for the password again, for operations that a stolen access token must not be enough for.

use storage::EventKind;

use super::client::Client;
use super::error::Error;
use super::events::event::Event;
use super::passwords::hashing::Compared;
use super::passwords::password_hash::PasswordHash;
use super::proof::{FullAccess, Verified};
use super::{Auth, Password};

impl Auth {
    /// Compares a password with the user's. The operation must then check in its UPDATE that the hash is
    /// still the same. Guesses are counted per session, before they are compared: a stolen session does not
    /// lock out the user's others. `wrong`: the event of a wrong password.
    ///
    /// # Errors
    /// [`Error::WrongPassword`], [`Error::RateLimited`], [`Error::Overloaded`].
    pub(super) async fn confirm_password(
        &self,
        caller: &Verified<FullAccess>,
        password: Password,
        wrong: EventKind,
        client: &Client,
    ) -> Result<(), Error> {
        let reservation = self.reserve(self.limits.confirmation(caller.session().id), client).await?;
        let user = caller.user();
        let stored = PasswordHash::stored(user.password_hash.clone());
        match self.hasher.compare(password, Some(stored)).await {
            Ok(Compared::Right { .. }) => self.refund(&reservation, client).await,
            Ok(Compared::Wrong) => {
                let event = Event::new(wrong, user.id, client, self.clock.now());
                self.emit_standalone(event.with_reason("wrong_password")).await;
                Err(Error::WrongPassword)
            }
            // The password was not compared.
            Err(error) => {
                self.refund(&reservation, client).await?;
                Err(error)
            }
        }
    }
}
