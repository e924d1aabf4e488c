//! Makes a user.

use super::event_rows::EventRows;
use super::takeover::Takeover;
use crate::tables::users::{self, User};
use crate::{Db, Error};

impl Db {
    /// Adds a user. The unique indexes decide who gets an email address, a number or a username.
    ///
    /// # Errors
    /// [`Error::Unique`] with an index of [`users`]; those of a takeover.
    pub async fn sign_up(
        &self,
        user: User,
        event: EventRows,
        takeover: Option<Takeover>,
    ) -> Result<(), Error> {
        self.write(async move |mut c| -> Result<(), Error> {
            if let Some(takeover) = takeover {
                takeover.run(&mut c).await?;
            }
            users::insert(&mut c, &user).await?;
            event.insert(c).await
        })
        .await
    }
}
