//! The profile: what a user changes without confirmation.

use storage::unverified::Claim;
use storage::users::{Profile, User};
use storage::{ActivityKind, Error as StorageError, Timestamp};

use super::client::Client;
use super::error::Error;
use super::events::event::Event;
use super::proof::{FullAccess, Verified};
use super::{Auth, Name, Username};

/// A change of a profile. `None` leaves a value as it is.
pub struct ProfileChange {
    /// The person's name.
    pub name: Option<Name>,
    /// Public and unique.
    pub username: Option<Username>,
}

impl Auth {
    /// Changes a user's profile and returns the user as of now. If nothing differs, nothing is recorded and
    /// `updated_at` stays.
    ///
    /// # Errors
    /// [`Error::UsernameTaken`].
    pub async fn change_profile(
        &self,
        caller: &Verified<FullAccess>,
        change: ProfileChange,
        client: Client,
    ) -> Result<User, Error> {
        let user = caller.user();
        let now = self.clock.now();
        let name = change.name.map(|name| name.as_str().to_owned()).filter(|name| *name != user.name);
        let username = change.username.map(|username| username.as_str().to_owned());
        let username = username.filter(|username| *username != user.username);
        if name.is_none() && username.is_none() {
            return Ok(user.clone());
        }
        let claim = Claim { username: username.clone(), ..Claim::default() };
        let profile = Profile { name, username, updated_at: Timestamp(now) };
        let event = Event::of_activity(ActivityKind::ProfileChanged, user.id, &client, now);
        let changed = self.with_takeover(claim, &client, async |takeover| {
            self.db.change_profile(user.id, profile.clone(), self.rows(&event), takeover).await
        });
        match changed.await {
            Ok(user) => {
                self.emit(&event);
                Ok(user)
            }
            Err(StorageError::Unique { .. }) => Err(Error::UsernameTaken),
            Err(other) => Err(other.into()),
        }
    }
}
