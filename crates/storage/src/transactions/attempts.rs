//! Attempts are counted against limits before they are made, and refunded if they were no failures.

use super::Rollback;
use crate::tables::throttles::{self, Charge, State};
use crate::{Conn, Db, Error, Timestamp};

/// The decision of a request's limits.
pub enum Admission {
    /// Every limit allows the attempt, and it was counted. The states after it.
    Admitted(Vec<State>),
    /// At least one limit rejects the attempt, and nothing was counted. The states of the limits that reject
    /// it.
    Rejected(Vec<State>),
}

impl Db {
    /// Counts an attempt against every limit, or against none if one of them rejects it.
    ///
    /// `charges` must be in an order that is the same for all requests, because their rows are locked in it.
    pub async fn reserve_attempt(&self, charges: Vec<Charge>, now: Timestamp) -> Result<Admission, Error> {
        let reserved = self.write(async move |mut c| -> Result<Admission, Rollback<Admission>> {
            match reserve(&mut c, &charges, now).await? {
                Ok(states) => Ok(Admission::Admitted(states)),
                Err(states) => Err(Rollback::Decided(Admission::Rejected(states))),
            }
        });
        Rollback::settle(reserved.await)
    }

    /// Refunds attempts. Returns the states after it.
    pub async fn refund_attempt(&self, refunds: Vec<State>) -> Result<Vec<State>, Error> {
        self.write(async move |mut c| refund(&mut c, &refunds).await).await
    }
}

/// Counts an attempt. If limits reject it, returns their states; the transaction must then be rolled back.
pub(super) async fn reserve(
    conn: &mut Conn<'_>,
    charges: &[Charge],
    now: Timestamp,
) -> Result<Result<Vec<State>, Vec<State>>, Error> {
    let states = charge(conn, charges, now).await?;
    let rejecting = rejecting(charges, &states);
    if rejecting.is_empty() {
        return Ok(Ok(states));
    }
    Ok(Err(throttles::find(conn, rejecting).await?))
}

/// Counts an attempt against the limits that allow it. Returns their states.
pub(super) async fn charge(
    conn: &mut Conn<'_>,
    charges: &[Charge],
    now: Timestamp,
) -> Result<Vec<State>, Error> {
    if charges.is_empty() {
        return Ok(vec![]);
    }
    throttles::charge(conn, charges, now).await
}

/// Refunds attempts. Returns the states after it.
pub(super) async fn refund(conn: &mut Conn<'_>, refunds: &[State]) -> Result<Vec<State>, Error> {
    if refunds.is_empty() {
        return Ok(vec![]);
    }
    throttles::refund(conn, refunds).await
}

/// Returns the keys of the limits that reject an attempt.
fn rejecting(charges: &[Charge], states: &[State]) -> Vec<Vec<u8>> {
    let is_admitted = |charge: &&Charge| states.iter().any(|state| state.key == charge.key);
    charges.iter().filter(|charge| !is_admitted(charge)).map(|charge| charge.key.clone()).collect()
}
