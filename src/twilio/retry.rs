//! When a 429 is tried again, and how `Retry-After` is read. Pure.

use std::hash::{BuildHasher, RandomState};
use std::time::Duration;

use chrono::DateTime;

use super::error_codes::{CONCURRENT_STARTS, kind_of};
use super::{FailureKind, Operation};

/// Requests per operation: the first, and two repetitions of a 429 as Twilio recommends backing off.
const MOST_REQUESTS: u32 = 3;

/// A `Retry-After` longer than this is left to the user: nobody should stare at a spinner for it.
const LONGEST_PAUSE: Duration = Duration::from_secs(3);

/// A `Retry-After` above one hour is cut to it: a slip of the far end must not lock anybody out for days.
const LONGEST_RETRY_AFTER: Duration = Duration::from_secs(60 * 60);

/// What the decision to repeat depends on.
pub(super) struct Refusal {
    pub(super) operation: Operation,
    pub(super) http_status: u16,
    pub(super) code: Option<u32>,
    /// `Twilio-Reached-Rate-Limit` was there: a limit that the service's owner set, not a passing shortage.
    pub(super) reached_rate_limit: bool,
    pub(super) retry_after: Option<Duration>,
}

/// How long to wait before the same request is sent again; `None` where it must not be, or where the wait would
/// not fit into `time_left`. `requests` have been sent so far, and `first_pause` is what the backoff starts from.
///
/// Twilio: a 429 was "never processed", hence "safe to retry". Not so useful: 60202 and 60203, which stay until
/// the verification expires, and 60212, where the request that won has just sent a code to this number.
pub(super) fn pause_before_repeating(
    refusal: &Refusal,
    requests: u32,
    first_pause: Duration,
    time_left: Duration,
) -> Option<Duration> {
    let passing = refusal.http_status == 429
        && kind_of(refusal.operation, refusal.code, refusal.http_status) == FailureKind::Busy
        && refusal.code != Some(CONCURRENT_STARTS)
        && !refusal.reached_rate_limit;
    if !passing || requests == 0 || requests >= MOST_REQUESTS {
        return None;
    }
    let backoff = first_pause.saturating_mul(1 << (requests - 1));
    // Between half and all of it, so that those who were refused together do not come back together.
    let jittered = backoff.mul_f64(0.5 + 0.5 * random_fraction());
    let pause = jittered.max(refusal.retry_after.unwrap_or_default());
    (pause <= LONGEST_PAUSE && pause < time_left).then_some(pause)
}

/// Somewhere from 0 to 1. The standard library seeds every `RandomState` anew: spread is needed here, not secrecy.
fn random_fraction() -> f64 {
    let random = RandomState::new().hash_one(0_u8);
    f64::from(u32::try_from(random >> 32).unwrap_or_default()) / f64::from(u32::MAX)
}

/// Reads `Retry-After` (RFC 9110, 10.2.3): whole seconds, or a date, which is measured against the answer's own
/// `Date` so that no clock of ours comes in. What makes no sense is as if it were not there.
pub(super) fn parse_retry_after(value: &str, date: Option<&str>) -> Option<Duration> {
    let value = value.trim();
    if !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit()) {
        // Digits that overflow are a very long time.
        let seconds = value.parse().unwrap_or(u64::MAX);
        return Some(Duration::from_secs(seconds).min(LONGEST_RETRY_AFTER));
    }
    let until = DateTime::parse_from_rfc2822(value).ok()?;
    let now = DateTime::parse_from_rfc2822(date?.trim()).ok()?;
    // A date that has passed: no wait.
    Some((until - now).to_std().unwrap_or_default().min(LONGEST_RETRY_AFTER))
}
