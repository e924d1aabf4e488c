//! A new password. Whoever else knew the old one is out at once.

use super::activity::ActivityKind;
use super::client::Client;
use super::error::{Error, Reason};
use super::proof::{FullAccess, Verified};
use super::{Auth, Password};
use crate::storage::{Timestamp, activities, challenges, sessions, users};

/// A new password for an old one.
pub struct PasswordChange {
    /// To be compared.
    pub current: Password,
    /// Checked for strength.
    pub new: Password,
}

impl Auth {
    /// Replaces the password and ends every other session and every challenge of the user (OWASP ASVS 5.0, 7.4.3).
    ///
    /// # Errors
    /// [`Error::WrongPassword`], [`Error::InvalidField`], [`Error::Overloaded`].
    pub async fn change_password(
        &self,
        caller: &Verified<FullAccess>,
        change: PasswordChange,
        client: Client,
    ) -> Result<(), Error> {
        let user = caller.user();
        let PasswordChange { current, new } = change;
        let known = [&user.name, &user.username, &user.email, &user.phone_number].map(String::clone);
        let judge = move || (new.check_strength(&known.each_ref().map(String::as_str)), new);
        let (strong, new) = self.think(judge).await?;
        strong.map_err(|invalid| Error::InvalidField { field: "new_password", invalid })?;
        self.confirm_password(user, current).await?;
        let new = self.hasher.hash(new).await?;
        let (id, old, kept) = (user.id, user.password_hash.clone(), caller.session().id);
        let (now, reason) = (self.clock.now(), Reason::PasswordChanged.as_str());
        self.db
            .write(async move |mut c| -> Result<(), Error> {
                // Challenges before users, as verify does: who locks in one order does not wait for each other.
                challenges::cancel_all(&mut c, id, reason, Timestamp(now)).await?;
                if !users::replace_password_hash(&mut c, id, &old, new.expose()).await? {
                    // Another request has changed it: the current one is the current one no more.
                    return Err(Error::WrongPassword);
                }
                // And those of log-ins that came with the old password until this moment.
                challenges::cancel_all(&mut c, id, reason, Timestamp(now)).await?;
                sessions::end_others(&mut c, id, kept, reason, Timestamp(now)).await?;
                activities::insert(&mut c, &ActivityKind::PasswordChanged.of(id, &client, now)).await?;
                Ok(())
            })
            .await
    }
}
