//! The transactions of the use cases: one function each, named after what it achieves.
//!
//! A function takes plain values and returns what was decided. Callers see neither connections nor
//! statements.
//!
//! - Independent statements are awaited together and sent at once. The last of them may be COMMIT
//!   (`Db::write_pipelined`). A function awaited beside COMMIT must not wait for one statement before it sends another:
//!   the second would be sent after COMMIT, outside the transaction.
//! - Rows are locked in this order: challenges, password resets, sessions, users, throttles, conversions.
//!   Tables that only get inserts may come anywhere.
//! - Races are decided by a conditional UPDATE and its row count, or by a constraint.

use crate::Error;

pub(crate) mod attempts;
pub(crate) mod begin_challenge;
pub(crate) mod begin_contact_change;
pub(crate) mod cancel_challenge;
pub(crate) mod change_contact;
pub(crate) mod change_profile;
pub(crate) mod clean_up;
pub(crate) mod delete_user;
pub(crate) mod event_rows;
pub(crate) mod passwords;
pub(crate) mod record_send;
pub(crate) mod reserve_check;
pub(crate) mod reserve_resend;
pub(crate) mod rotate_signing_keys;
pub(crate) mod send_limits;
pub(crate) mod sessions;
pub(crate) mod settle_check;
pub(crate) mod sign_up;
pub(crate) mod takeover;

#[cfg(test)]
mod tests;

/// Why a transaction is rolled back.
pub(crate) enum Rollback<D> {
    /// It was decided, with this outcome.
    Decided(D),
    /// The database failed.
    Failed(Error),
}

impl<D> Rollback<D> {
    /// Returns what was decided, whether the transaction was committed or rolled back.
    fn settle(outcome: Result<D, Self>) -> Result<D, Error> {
        match outcome {
            Ok(decided) | Err(Self::Decided(decided)) => Ok(decided),
            Err(Self::Failed(error)) => Err(error),
        }
    }
}

impl<D> From<Error> for Rollback<D> {
    fn from(error: Error) -> Self {
        Self::Failed(error)
    }
}
