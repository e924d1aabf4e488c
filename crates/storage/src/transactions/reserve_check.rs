//! Counts a check of a code before it is made, so that parallel requests share the checks that are left.

use futures_util::future::join3;

use super::{Rollback, attempts};
use crate::tables::challenges::{self, Challenge};
use crate::tables::throttles::{self, Charge, State};
use crate::tables::users;
use crate::{Db, Error, Id, Timestamp};

/// A check to count.
pub struct CheckReservation {
    /// The challenge.
    pub challenge: Id,
    /// Its user.
    pub user_id: Id,
    /// The limits, in the order of their rows.
    pub charges: Vec<Charge>,
    /// The current time.
    pub now: Timestamp,
}

/// What became of a check that was to be counted.
pub enum ReservedCheck {
    /// The check was counted for the challenge and its user, and against the limits that allow it.
    Reserved {
        /// The challenge, including this check.
        challenge: Box<Challenge>,
        /// Checks of the user since the last right one, including this one.
        in_a_row: u32,
        /// The states of the limits that allow it. If some are missing, the caller must refund the check.
        limits: Vec<State>,
    },
    /// The challenge accepts no more checks. Nothing was counted.
    NotAccepted,
}

impl Db {
    /// Counts a check for the challenge and its user and against the limits, in two round trips.
    pub async fn reserve_check(&self, check: CheckReservation) -> Result<ReservedCheck, Error> {
        let reserved = self.write_pipelined(async move |c| -> Result<_, Rollback<ReservedCheck>> {
            let CheckReservation { challenge, user_id, charges, now } = check;
            // The challenge first and alone: a request that is too late locks nothing.
            let row = challenges::reserve_check(&mut c.again(), challenge, now).await?;
            let row = row.ok_or(Rollback::Decided(ReservedCheck::NotAccepted))?;
            let (in_a_row, limits, committed) = join3(
                users::reserve_check(&mut c.again(), user_id),
                attempts::charge(&mut c.again(), &charges, now),
                c.commit(),
            )
            .await;
            let challenge = Box::new(row);
            let in_a_row = in_a_row?.unsigned_abs();
            Ok((ReservedCheck::Reserved { challenge, in_a_row, limits: limits? }, committed?))
        });
        Rollback::settle(reserved.await)
    }

    /// Refunds a check that a limit rejected. Returns the states of the limits in `rejecting`.
    pub async fn refund_rejected_check(
        &self,
        (challenge, user_id): (Id, Id),
        refunds: Vec<State>,
        rejecting: Vec<Vec<u8>>,
    ) -> Result<Vec<State>, Error> {
        self.write(async move |mut c| -> Result<Vec<State>, Error> {
            challenges::refund_check(&mut c, challenge).await?;
            users::refund_check(&mut c, user_id).await?;
            attempts::refund(&mut c, &refunds).await?;
            if rejecting.is_empty() {
                return Ok(vec![]);
            }
            throttles::find(&mut c, rejecting).await
        })
        .await
    }

    /// Returns a challenge and the states of limits.
    ///
    /// # Errors
    /// [`Error::NotFound`] if the challenge was deleted.
    pub async fn challenge_with_limits(
        &self,
        challenge: Id,
        limits: Vec<Vec<u8>>,
    ) -> Result<(Challenge, Vec<State>), Error> {
        self.read(async move |mut c| {
            let row = challenges::find(&mut c, challenge).await?;
            Ok((row, throttles::find(&mut c, limits.clone()).await?))
        })
        .await
    }
}
