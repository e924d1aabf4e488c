//! Query parameters that several of the lists know.

use std::time::Duration;

use tokio::time::Instant;

use super::problem::Problem;
use crate::twilio::sid::is_sid;

pub(super) use crate::verification::recipient::as_stored as recipient;

/// Longest time that a request is held, in seconds: shorter than what common clients and proxies put up with.
const MAX_WAIT: u64 = 30;
/// Elements of one answer, where no number is asked for.
const DEFAULT_LIMIT: usize = 50;
/// Most elements of one answer.
const MAX_LIMIT: usize = 1_000;

/// How many elements.
///
/// # Errors
/// 422.
pub(super) fn limit(limit: Option<usize>) -> Result<usize, Problem> {
    let limit = limit.unwrap_or(DEFAULT_LIMIT);
    if (1..=MAX_LIMIT).contains(&limit) {
        return Ok(limit);
    }
    Err(Problem::invalid(format!("`limit` is between 1 and {MAX_LIMIT}.")))
}

/// Until when to hold the request; `wait` is in seconds.
///
/// # Errors
/// 422.
pub(super) fn deadline(wait: Option<u64>) -> Result<Instant, Problem> {
    let wait = wait.unwrap_or(0);
    if wait > MAX_WAIT {
        return Err(Problem::invalid(format!("`wait` is at most {MAX_WAIT} seconds.")));
    }
    Ok(Instant::now() + Duration::from_secs(wait))
}

/// The number of an element that one has seen.
///
/// # Errors
/// 422.
pub(super) fn after(id: Option<&str>) -> Result<u64, Problem> {
    id.map_or(Ok(0), str::parse).map_err(|_| Problem::invalid("`after` is the `id` of one of these."))
}

/// Whether `account` is one.
///
/// # Errors
/// 422.
pub(super) fn check_account(account: Option<&str>) -> Result<(), Problem> {
    if account.is_none_or(|sid| is_sid("AC", sid)) {
        return Ok(());
    }
    Err(Problem::invalid("`account` is AC and 32 hexadecimal digits."))
}
