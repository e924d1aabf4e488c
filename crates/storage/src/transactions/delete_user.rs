//! Deletes a user and everything that belongs to them.

use super::Rollback;
use super::event_rows::EventRows;
use crate::tables::users;
use crate::{Db, Error, Id};

/// Attempts of a deletion. Each yields to the user's other requests that are in progress.
const ATTEMPTS: u32 = 10;

impl Db {
    /// Deletes a user whose password still has this hash, and everything that belongs to them. Returns
    /// whether it did: `false` if the password was changed.
    ///
    /// # Errors
    /// [`Error::NotFound`] if the user was deleted before.
    pub async fn delete_user(&self, id: Id, hash: &str, event: EventRows) -> Result<bool, Error> {
        let mut attempts = 1;
        loop {
            match self.delete_once(id, hash.to_owned(), event.clone()).await {
                Err(Error::Unavailable(_)) if attempts < ATTEMPTS => attempts += 1,
                outcome => return outcome,
            }
        }
    }

    async fn delete_once(&self, id: Id, hash: String, event: EventRows) -> Result<bool, Error> {
        let deleted = self.write(async move |mut c| -> Result<bool, Rollback<bool>> {
            if users::delete(&mut c, id, &hash).await? {
                event.insert(c).await?;
                return Ok(true);
            }
            users::find(&mut c, id).await?;
            Err(Rollback::Decided(false))
        });
        Rollback::settle(deleted.await)
    }
}
