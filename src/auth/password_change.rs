//! A new password. Whoever else knew the old one is out at once.

use super::client::Client;
use super::error::Error;
use super::events::event::Event;
use super::proof::{FullAccess, Verified};
use super::reason::Reason;
use super::{Auth, Password};
use storage::ActivityKind;
use storage::users;
use storage::users::User;
use storage::{EndReason, EventKind};
use storage::{Timestamp, challenges, password_resets, sessions};

/// A new password for an old one.
pub struct PasswordChange {
    /// To be compared.
    pub current: Password,
    /// Checked for strength.
    pub new: Password,
}

impl Auth {
    /// A password that somebody who knows this user does not guess easily.
    ///
    /// # Errors
    /// [`Error::InvalidField`], [`Error::Overloaded`].
    pub(super) async fn strong_for(
        &self,
        user: &User,
        password: Password,
        field: &'static str,
    ) -> Result<Password, Error> {
        let known = [&user.name, &user.username, &user.email, &user.phone_number].map(String::clone);
        let judge = move || (password.check_strength(&known.each_ref().map(String::as_str)), password);
        let (strong, password) = self.run_blocking(judge).await?;
        strong.map_err(|invalid| Error::InvalidField { field, invalid })?;
        Ok(password)
    }

    /// Replaces the password and ends every other session and every challenge of the user (OWASP ASVS 5.0, 7.4.3).
    ///
    /// # Errors
    /// [`Error::WrongPassword`], [`Error::RateLimited`], [`Error::InvalidField`], [`Error::Overloaded`].
    pub async fn change_password(
        &self,
        caller: &Verified<FullAccess>,
        change: PasswordChange,
        client: Client,
    ) -> Result<(), Error> {
        let user = caller.user();
        let PasswordChange { current, new } = change;
        let new = self.strong_for(user, new, "new_password").await?;
        self.confirm_password(caller, current, EventKind::PasswordChangeFail, &client).await?;
        let new = self.hasher.hash(new).await?;
        let (id, old, kept) = (user.id, user.password_hash.clone(), caller.session().id);
        let (now, reason) = (self.clock.now(), EndReason::PasswordChanged);
        self.write(async move |mut c| -> Result<(), Error> {
            // Challenges before users, as verify does: who locks in one order does not wait for each other.
            challenges::cancel_all(&mut c, id, reason, Timestamp(now)).await?;
            password_resets::end_all(&mut c, id, Timestamp(now)).await?;
            if !users::replace_password_hash(&mut c, id, &old, new.expose()).await? {
                // Another request has changed it: the current one is the current one no more.
                return Err(Error::WrongPassword);
            }
            // And those of log-ins that came with the old password until this moment.
            challenges::cancel_all(&mut c, id, reason, Timestamp(now)).await?;
            sessions::end_others(&mut c, id, kept, reason, Timestamp(now)).await?;
            if !sessions::is_open(&mut c, kept).await? {
                return Err(Error::InvalidToken(Reason::SessionEnded));
            }
            c.record(Event::of_activity(ActivityKind::PasswordChanged, id, &client, now)).await?;
            Ok(())
        })
        .await
    }
}
