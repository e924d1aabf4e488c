//! Twilio did not say whether the code was right.

use super::attempts;
use crate::tables::challenges::{self, Challenge};
use crate::tables::throttles::State;
use crate::tables::{users, verifications};
use crate::{Db, Error, Timestamp};

/// What is known about a check without an answer.
pub struct UnansweredCheck {
    /// The challenge, including the check.
    pub challenge: Challenge,
    /// The check was certainly not made: it is refunded, and so are these attempts.
    pub refunds: Option<Vec<State>>,
    /// Twilio no longer has the verification, so its code can no longer be checked.
    pub is_verification_gone: bool,
    /// The current time.
    pub now: Timestamp,
}

impl Db {
    /// Settles a check without an answer. Returns the challenge and the states of the refunded limits. An
    /// answer that got lost stays counted.
    ///
    /// # Errors
    /// [`Error::NotFound`] if the challenge was deleted.
    pub async fn settle_unanswered_check(
        &self,
        check: UnansweredCheck,
    ) -> Result<(Challenge, Vec<State>), Error> {
        self.write(async move |mut c| -> Result<_, Error> {
            let UnansweredCheck { challenge, refunds, is_verification_gone, now } = check;
            if refunds.is_some() {
                challenges::refund_check(&mut c, challenge.id).await?;
            }
            if let Some(sid) = challenge.verification_sid.as_deref().filter(|_| is_verification_gone) {
                verifications::forget(&mut c, sid, now).await?;
            }
            if refunds.is_some() {
                users::refund_check(&mut c, challenge.user_id).await?;
            }
            let row = challenges::find(&mut c, challenge.id).await?;
            let states = attempts::refund(&mut c, &refunds.unwrap_or_default()).await?;
            Ok((row, states))
        })
        .await
    }
}
