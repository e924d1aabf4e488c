//! Counts another code of the same challenge before it is sent.

use super::Rollback;
use super::send_limits::{SendLimits, SendRejection};
use crate::tables::challenges::{self, Challenge};
use crate::tables::throttles::State;
use crate::{Db, Error, Timestamp};

/// What became of a code that was to be counted.
pub enum ReservedSend {
    /// The code was counted. The states of the limits.
    Reserved(Vec<State>),
    /// The code must not be sent. Nothing was counted.
    Rejected(SendRejection),
    /// Another request has sent a code or ended the challenge. Nothing was counted.
    ChallengeChanged,
    /// The user has another password or another number by now. Nothing was counted.
    UserChanged,
}

impl From<SendRejection> for ReservedSend {
    fn from(rejection: SendRejection) -> Self {
        Self::Rejected(rejection)
    }
}

impl Db {
    /// Counts another code for a challenge. `seen`: the challenge as the decision to send was based on.
    pub async fn reserve_resend(
        &self,
        seen: Challenge,
        limits: SendLimits,
        now: Timestamp,
    ) -> Result<ReservedSend, Error> {
        let reserved = self.write(async move |mut c| -> Result<ReservedSend, Rollback<ReservedSend>> {
            if !challenges::reserve_send(&mut c, &seen, now).await? {
                return Err(Rollback::Decided(ReservedSend::ChallengeChanged));
            }
            limits.reserve(&mut c, now).await.map(ReservedSend::Reserved)
        });
        Rollback::settle(reserved.await)
    }

    /// Refunds a code that was counted at `counted_at` and certainly not sent. `before`: the challenge before
    /// it.
    pub async fn refund_resend(&self, before: Challenge, counted_at: Timestamp) -> Result<(), Error> {
        self.write(async move |mut c| challenges::refund_send(&mut c, &before, counted_at).await).await
    }
}
