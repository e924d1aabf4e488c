//! The password once more: for what a stolen access token must not be enough for.

use super::client::Client;
use super::error::Error;
use super::events::event::Event;
use super::passwords::hashing::Compared;
use super::passwords::password_hash::PasswordHash;
use super::proof::{FullAccess, Verified};
use super::{Auth, Password};
use storage::EventKind;

impl Auth {
    /// Compares a password with the user's. Whatever is done then says in its UPDATE that the hash is still the one
    /// that was compared. Guesses are counted by session, before they are compared: whoever has stolen one does not get
    /// in the way of its user's others. `otherwise`: what it is called that the password was wrong.
    ///
    /// # Errors
    /// [`Error::WrongPassword`], [`Error::RateLimited`], [`Error::Overloaded`].
    pub(super) async fn confirm_password(
        &self,
        caller: &Verified<FullAccess>,
        password: Password,
        otherwise: EventKind,
        client: &Client,
    ) -> Result<(), Error> {
        let counted = self.count(self.limits.confirmation(caller.session().id), client).await?;
        let user = caller.user();
        let stored = PasswordHash::stored(user.password_hash.clone());
        match self.hasher.compare(password, Some(stored)).await {
            Ok(Compared::Right { .. }) => self.give_back(counted, client).await,
            Ok(Compared::Wrong) => {
                let now = self.clock.now();
                self.report(Event::new(otherwise, user.id, client, now).with_reason("wrong_password")).await;
                Err(Error::WrongPassword)
            }
            // Counted and never compared.
            Err(error) => {
                self.give_back(counted, client).await?;
                Err(error)
            }
        }
    }
}
