//! Cancels a challenge.

use super::event_rows::EventRows;
use crate::tables::challenges::{self, Challenge};
use crate::tables::users;
use crate::{Db, Error, Id, Timestamp};

/// Who else depends on the verification of a challenge that was cancelled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct VerificationUse {
    /// Challenges that still wait for its code.
    pub waiting: i64,
    /// Failed checks of the user since the last right one.
    pub failed_checks: i32,
}

impl Db {
    /// Cancels a challenge whose code was not sent.
    pub async fn cancel_unsent_challenge(&self, id: Id, now: Timestamp) -> Result<(), Error> {
        self.write(async move |mut c| challenges::cancel(&mut c, id, now).await).await?;
        Ok(())
    }

    /// Cancels a challenge because its user logged out. Returns how its verification is used, if it has one.
    ///
    /// # Errors
    /// [`Error::NotFound`] if the user was deleted.
    pub async fn cancel_challenge(
        &self,
        challenge: Challenge,
        event: EventRows,
        now: Timestamp,
    ) -> Result<Option<VerificationUse>, Error> {
        self.write(async move |mut c| -> Result<_, Error> {
            challenges::cancel(&mut c, challenge.id, now).await?;
            event.insert(c.again()).await?;
            let Some(sid) = &challenge.verification_sid else { return Ok(None) };
            let waiting = challenges::count_waiting(&mut c, sid, now).await?;
            let failed_checks = users::find(&mut c, challenge.user_id).await?.failed_checks;
            Ok(Some(VerificationUse { waiting, failed_checks }))
        })
        .await
    }
}
