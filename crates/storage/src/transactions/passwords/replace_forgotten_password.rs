//! Replaces a forgotten password.

use crate::tables::{challenges, password_resets, sessions, users};
use crate::transactions::Rollback;
use crate::transactions::event_rows::EventRows;
use crate::{Db, EndReason, Error, Id, Timestamp};

/// A forgotten password to replace.
pub struct ForgottenPassword {
    /// The reset whose code was right.
    pub reset: Id,
    /// The user.
    pub user_id: Id,
    /// The email address that the code was sent to.
    pub email: String,
    /// The hash of the new password.
    pub new_hash: String,
    /// The event to record.
    pub event: EventRows,
    /// The current time.
    pub now: Timestamp,
}

impl Db {
    /// Replaces a forgotten password and ends every session, challenge and password reset of the user.
    /// Returns whether it did: `false` if the reset was spent or has expired, or the user has another email
    /// address by now.
    pub async fn replace_forgotten_password(&self, forgotten: ForgottenPassword) -> Result<bool, Error> {
        let replaced = self.write(async move |mut c| -> Result<bool, Rollback<bool>> {
            let ForgottenPassword { reset, user_id, email, new_hash, event, now } = forgotten;
            let reason = EndReason::PasswordChanged;
            challenges::cancel_all(&mut c, user_id, reason, now).await?;
            if !password_resets::spend(&mut c, reset, now).await? {
                return Err(Rollback::Decided(false));
            }
            password_resets::end_all(&mut c, user_id, now).await?;
            if !users::reset_password_hash(&mut c, user_id, &email, &new_hash).await? {
                return Err(Rollback::Decided(false));
            }
            // Again: a log-in with the old password may have begun before the user's row was locked.
            challenges::cancel_all(&mut c, user_id, reason, now).await?;
            sessions::end_all(&mut c, user_id, reason, now).await?;
            event.insert(c).await?;
            Ok(true)
        });
        Rollback::settle(replaced.await)
    }
}
