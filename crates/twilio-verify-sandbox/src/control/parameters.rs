//! Query parameters that several operations share.

use std::time::Duration;

use tokio::time::Instant;

use super::problem::Problem;
use crate::twilio::sid::is_sid;

pub(super) use crate::verification::recipient::normalize as recipient;

/// The longest wait, in seconds: shorter than the timeouts of common clients and proxies.
const MAX_WAIT: u64 = 30;
/// The length of a list, unless the query says otherwise.
const DEFAULT_LIMIT: usize = 50;
/// The greatest length of a list.
const MAX_LIMIT: usize = 1_000;

/// Returns the length of a list.
///
/// # Errors
/// 422 if it is out of range.
pub(super) fn limit(limit: Option<usize>) -> Result<usize, Problem> {
    let limit = limit.unwrap_or(DEFAULT_LIMIT);
    if (1..=MAX_LIMIT).contains(&limit) {
        return Ok(limit);
    }
    Err(Problem::invalid(format!("`limit` must be between 1 and {MAX_LIMIT}.")))
}

/// Returns the time at which a wait of `wait` seconds ends.
///
/// # Errors
/// 422 if it is too long.
pub(super) fn deadline(wait: Option<u64>) -> Result<Instant, Problem> {
    let wait = wait.unwrap_or(0);
    if wait > MAX_WAIT {
        return Err(Problem::invalid(format!("`wait` must be at most {MAX_WAIT} seconds.")));
    }
    Ok(Instant::now() + Duration::from_secs(wait))
}

/// Returns the number in an `id`; 0 without one.
///
/// # Errors
/// 422 if it is no `id`.
pub(super) fn after(id: Option<&str>) -> Result<u64, Problem> {
    id.map_or(Ok(0), str::parse).map_err(|_| Problem::invalid("`after` must be the `id` of an element."))
}

/// Checks that `account` is an account SID.
///
/// # Errors
/// 422 if it is not.
pub(super) fn ensure_account(account: Option<&str>) -> Result<(), Problem> {
    if account.is_none_or(|sid| is_sid("AC", sid)) {
        return Ok(());
    }
    Err(Problem::invalid("`account` must be AC and 32 hexadecimal digits."))
}
