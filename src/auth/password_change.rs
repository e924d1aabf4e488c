//! Change the password: every other session ends.

use storage::users::User;
use storage::{ActivityKind, EventKind, PasswordReplaced, PasswordReplacement, Timestamp};

use super::client::Client;
use super::error::Error;
use super::events::event::Event;
use super::proof::{FullAccess, Verified};
use super::reason::Reason;
use super::{Auth, Password};

/// A new password, and the current one.
pub struct PasswordChange {
    /// The password to compare.
    pub current: Password,
    /// Checked for strength.
    pub new: Password,
}

impl Auth {
    /// Checks that a password is not easy to guess for a person who knows this user.
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

    /// Replaces the password and ends every other session and every challenge of the user (OWASP ASVS 5.0,
    /// 7.4.3).
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
        let now = self.clock.now();
        let event = Event::of_activity(ActivityKind::PasswordChanged, user.id, &client, now);
        let replacement = PasswordReplacement {
            user_id: user.id,
            old_hash: user.password_hash.clone(),
            new_hash: new.expose().to_owned(),
            kept_session: caller.session().id,
            event: self.rows(&event),
            now: Timestamp(now),
        };
        match self.db.change_password(replacement).await? {
            PasswordReplaced::Replaced => {
                self.emit(&event);
                Ok(())
            }
            // Another request has changed it, so the current password is another one now.
            PasswordReplaced::HashChanged => Err(Error::WrongPassword),
            PasswordReplaced::SessionEnded => Err(Error::InvalidToken(Reason::SessionEnded)),
        }
    }
}
