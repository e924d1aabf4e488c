//! The profile: what a user changes without further ado.

use super::client::Client;
use super::error::Error;
use super::events::event::Event;
use super::events::transaction::Transaction;
use super::proof::{FullAccess, Verified};
use super::{Auth, Name, Username};
use storage::ActivityKind;
use storage::unverified::Claim;
use storage::users;
use storage::users::{Profile, User};
use storage::{Error as StorageError, Timestamp};

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
        let claim = Claim { username: username.clone(), ..Claim::default() };
        let (id, profile) = (user.id, Profile { name, username, updated_at: Timestamp(now) });
        let event = Event::of_activity(ActivityKind::ProfileChanged, id, &client, now);
        let changed = self.write_claim(claim, &client, || {
            let (profile, event) = (profile.clone(), event.clone());
            async move |c: &mut Transaction<'_>| {
                let user = users::change_profile(c, id, &profile).await?;
                c.record(event).await?;
                Ok(user)
            }
        });
        changed.await.map_err(|error| match error {
            StorageError::Unique { .. } => Error::UsernameTaken,
            other => other.into(),
        })
    }
}
