//! The end of an account, at its owner's wish.

use super::proof::{FullAccess, Verified};
use super::{Auth, Error, Password};
use crate::storage::users;

impl Auth {
    /// Deletes a user and all that hangs on them, in one transaction. From then on their tokens open nothing, and email
    /// address, username and number are free.
    ///
    /// # Errors
    /// [`Error::WrongPassword`], [`Error::Overloaded`].
    pub async fn delete_user(&self, caller: &Verified<FullAccess>, password: Password) -> Result<(), Error> {
        let user = caller.user();
        self.confirm_password(user, password).await?;
        let (id, hash) = (user.id, user.password_hash.clone());
        self.db
            .write(async move |mut c| -> Result<(), Error> {
                if users::delete(&mut c, id, &hash).await? {
                    return Ok(());
                }
                // Gone already, or no longer with the password that was compared.
                users::find(&mut c, id).await?;
                Err(Error::WrongPassword)
            })
            .await
    }
}
