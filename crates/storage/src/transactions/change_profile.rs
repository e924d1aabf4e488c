//! Changes a user's name or username.

use super::event_rows::EventRows;
use super::takeover::Takeover;
use crate::tables::users::{self, Profile, User};
use crate::{Db, Error, Id};

impl Db {
    /// Changes a profile. Returns the user as of now.
    ///
    /// # Errors
    /// [`Error::Unique`] if the username is taken, [`Error::NotFound`] if the user was deleted; those of a
    /// takeover.
    pub async fn change_profile(
        &self,
        user_id: Id,
        profile: Profile,
        event: EventRows,
        takeover: Option<Takeover>,
    ) -> Result<User, Error> {
        self.write(async move |mut c| -> Result<User, Error> {
            if let Some(takeover) = takeover {
                takeover.run(&mut c).await?;
            }
            let user = users::change_profile(&mut c, user_id, &profile).await?;
            event.insert(c).await?;
            Ok(user)
        })
        .await
    }
}
