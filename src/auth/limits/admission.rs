//! Reserves attempts and refunds them, in transactions of their own.

use storage::{Admission, Timestamp};

use super::limit_check::LimitChecks;
use super::reservation::Reservation;
use crate::auth::Auth;
use crate::auth::client::Client;
use crate::auth::error::Error;

impl Auth {
    /// Counts an attempt that is about to be made.
    ///
    /// # Errors
    /// [`Error::RateLimited`].
    pub(crate) async fn reserve(&self, checks: LimitChecks, client: &Client) -> Result<Reservation, Error> {
        if checks.is_empty() {
            return Ok(Reservation::default());
        }
        let now = self.clock.now();
        match self.db.reserve_attempt(checks.charges(), Timestamp(now)).await? {
            Admission::Admitted(states) => Ok(Reservation::new(checks, states, now, &client.limits)),
            Admission::Rejected(states) => Err(checks.rejection(&states, now, &client.limits)),
        }
    }

    /// Refunds an attempt that was no failure, or was not made.
    pub(crate) async fn refund(&self, reservation: &Reservation, client: &Client) -> Result<(), Error> {
        if reservation.is_empty() {
            return Ok(());
        }
        let states = self.db.refund_attempt(reservation.refunds()).await?;
        reservation.report_refund(&states, self.clock.now(), &client.limits);
        Ok(())
    }
}
