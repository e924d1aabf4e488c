//! The profile: what a user changes without further ado.

use super::activity::ActivityKind;
use super::client::Client;
use super::error::Error;
use super::proof::{FullAccess, Verified};
use super::{Auth, Name, Username};
use crate::storage::users::{self, Profile, User};
use crate::storage::{Error as StorageError, Timestamp, activities};

/// What shall be different. What is left out stays.
pub struct ProfileChange {
    /// The person's name.
    pub name: Option<Name>,
    /// Public and unique.
    pub username: Option<Username>,
}

impl Auth {
    /// Changes a user's profile and answers with the user as they are now. What is already so is no change: it is not
    /// recorded, and `updated_at` stays.
    ///
    /// # Errors
    /// [`Error::UsernameTaken`]; the unique index decides.
    pub async fn change_profile(
        &self,
        caller: &Verified<FullAccess>,
        change: ProfileChange,
        client: Client,
    ) -> Result<User, Error> {
        let (user, now) = (caller.user(), self.clock.now());
        let name = change.name.map(|name| name.as_str().to_owned()).filter(|name| *name != user.name);
        let username = change.username.map(|username| username.as_str().to_owned());
        let username = username.filter(|username| *username != user.username);
        if name.is_none() && username.is_none() {
            return Ok(user.clone());
        }
        let (id, profile) = (user.id, Profile { name, username, updated_at: Timestamp(now) });
        let changed = self
            .db
            .write(async move |mut c| {
                let user = users::change_profile(&mut c, id, &profile).await?;
                activities::insert(&mut c, &ActivityKind::ProfileChanged.of(id, &client, now)).await?;
                Ok(user)
            })
            .await;
        changed.map_err(|error| match error {
            StorageError::Unique { .. } => Error::UsernameTaken,
            other => other.into(),
        })
    }
}
