//! Begins a password reset, and counts the checks of its code.

use crate::tables::password_resets::{self, PasswordReset};
use crate::tables::throttles::State;
use crate::transactions::Rollback;
use crate::transactions::send_limits::{SendLimits, SendRejection};
use crate::{Db, Error, Id, Timestamp};

impl Db {
    /// Adds a password reset with its code counted.
    pub async fn begin_password_reset(
        &self,
        reset: PasswordReset,
        limits: SendLimits,
    ) -> Result<Result<Vec<State>, SendRejection>, Error> {
        type Begun = Result<Vec<State>, SendRejection>;
        let begun = self.write(async move |mut c| -> Result<Begun, Rollback<Rejected>> {
            password_resets::insert(&mut c, &reset).await?;
            Ok(Ok(limits.reserve(&mut c, reset.created_at).await?))
        });
        match begun.await {
            Ok(begun) => Ok(begun),
            Err(Rollback::Decided(Rejected(rejection))) => Ok(Err(rejection)),
            Err(Rollback::Failed(error)) => Err(error),
        }
    }

    /// Records the verification of a password reset.
    pub async fn record_reset_send(&self, id: Id, verification_sid: String) -> Result<(), Error> {
        self.write(async move |mut c| password_resets::record_send(&mut c, id, &verification_sid).await).await
    }

    /// Counts a check of a reset's code before it is made. Returns whether it did, and the reset as of now;
    /// `None` if there is none.
    pub async fn reserve_reset_check(
        &self,
        id: Id,
        now: Timestamp,
    ) -> Result<Option<(bool, PasswordReset)>, Error> {
        self.write(async move |mut c| -> Result<_, Error> {
            let reserved = password_resets::reserve_check(&mut c, id, now).await?;
            Ok(password_resets::find(&mut c, id).await?.map(|reset| (reserved, reset)))
        })
        .await
    }

    /// Refunds a check that was counted and certainly not made.
    pub async fn refund_reset_check(&self, id: Id) -> Result<(), Error> {
        self.write(async move |mut c| password_resets::refund_check(&mut c, id).await).await
    }

    /// Records that the code was right.
    pub async fn approve_reset(&self, id: Id, now: Timestamp) -> Result<(), Error> {
        self.write(async move |mut c| password_resets::approve(&mut c, id, now).await).await
    }
}

/// A rejection, for [`Rollback`].
struct Rejected(SendRejection);

impl From<SendRejection> for Rejected {
    fn from(rejection: SendRejection) -> Self {
        Self(rejection)
    }
}
