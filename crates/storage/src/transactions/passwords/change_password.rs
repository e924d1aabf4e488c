//! Replaces a password.

use crate::tables::{challenges, password_resets, sessions, users};
use crate::transactions::Rollback;
use crate::transactions::event_rows::EventRows;
use crate::{Db, EndReason, Error, Id, Timestamp};

/// A password to replace.
pub struct PasswordReplacement {
    /// The user.
    pub user_id: Id,
    /// The hash that the current password was compared with.
    pub old_hash: String,
    /// The hash of the new password.
    pub new_hash: String,
    /// The session that made the change. All others end.
    pub kept_session: Id,
    /// The event to record.
    pub event: EventRows,
    /// The current time.
    pub now: Timestamp,
}

/// What became of a password that was to be replaced.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PasswordReplaced {
    /// The password was replaced.
    Replaced,
    /// Another request has changed the password. Nothing was written.
    HashChanged,
    /// The session that made the change has ended. Nothing was written.
    SessionEnded,
}

impl Db {
    /// Replaces a password and ends every other session, challenge and password reset of the user.
    pub async fn change_password(&self, change: PasswordReplacement) -> Result<PasswordReplaced, Error> {
        let changed = self.write(async move |mut c| -> Result<_, Rollback<PasswordReplaced>> {
            let PasswordReplacement { user_id, old_hash, new_hash, kept_session, event, now } = change;
            let reason = EndReason::PasswordChanged;
            challenges::cancel_all(&mut c, user_id, reason, now).await?;
            password_resets::end_all(&mut c, user_id, now).await?;
            if !users::replace_password_hash(&mut c, user_id, &old_hash, &new_hash).await? {
                return Err(Rollback::Decided(PasswordReplaced::HashChanged));
            }
            // Again: a log-in with the old password may have begun before the user's row was locked.
            challenges::cancel_all(&mut c, user_id, reason, now).await?;
            sessions::end_others(&mut c, user_id, kept_session, reason, now).await?;
            if !sessions::is_open(&mut c, kept_session).await? {
                return Err(Rollback::Decided(PasswordReplaced::SessionEnded));
            }
            event.insert(c).await?;
            Ok(PasswordReplaced::Replaced)
        });
        Rollback::settle(changed.await)
    }

    /// Replaces a hash by one with other parameters, unless the password was changed. Returns whether it did.
    pub async fn rehash_password(
        &self,
        user_id: Id,
        old_hash: String,
        new_hash: String,
    ) -> Result<bool, Error> {
        self.write(async move |mut c| {
            users::replace_password_hash(&mut c, user_id, &old_hash, &new_hash).await
        })
        .await
    }
}
