//! The password once more: for what a stolen access token must not be enough for.

use super::error::Error;
use super::hashing::Compared;
use super::password_hash::PasswordHash;
use super::{Auth, Password};
use crate::storage::users::User;

impl Auth {
    /// Compares a password with the user's. Whatever is done then says in its UPDATE that the hash is still the one
    /// that was compared.
    ///
    /// # Errors
    /// [`Error::WrongPassword`], [`Error::Overloaded`].
    pub(super) async fn confirm_password(&self, user: &User, password: Password) -> Result<(), Error> {
        let stored = PasswordHash::stored(user.password_hash.clone());
        match self.hasher.compare(password, Some(stored)).await? {
            Compared::Right { .. } => Ok(()),
            Compared::Wrong => Err(Error::WrongPassword),
        }
    }
}
