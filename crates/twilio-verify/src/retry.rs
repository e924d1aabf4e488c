//! Decides whether a 429 is retried, and parses `Retry-After`. Pure functions.

use std::hash::{BuildHasher, RandomState};
use std::time::Duration;

use chrono::DateTime;

use super::error_codes::{CONCURRENT_STARTS, kind_of};
use super::{FailureKind, Operation};

/// The maximum number of requests per operation: the first one and two retries. Twilio recommends to back off
/// on a 429.
const MAX_REQUESTS: u32 = 3;

/// The maximum pause before a retry. If `Retry-After` is longer, the call fails instead of making the user
/// wait.
const MAX_PAUSE: Duration = Duration::from_secs(3);

/// The maximum of `Retry-After`. A longer value is a mistake that must not lock users out for days.
const MAX_RETRY_AFTER: Duration = Duration::from_secs(60 * 60);

/// What the decision to retry depends on.
pub(super) struct Rejection {
    pub(super) operation: Operation,
    pub(super) http_status: u16,
    pub(super) code: Option<u32>,
    /// Whether the response has the header `Twilio-Reached-Rate-Limit`. It reports a limit that the owner of
    /// the service has set, not a temporary overload.
    pub(super) reached_rate_limit: bool,
    pub(super) retry_after: Option<Duration>,
}

/// Returns the pause before the same request is sent again. Returns `None` if it must not be retried, or if
/// the pause does not fit into `time_left`. `requests` have been sent so far. The backoff begins with
/// `first_pause`.
///
/// Twilio documents that a request with a 429 was "never processed" and is "safe to retry". Some retries
/// would be useless: 60202 and 60203 remain until the verification expires, and 60212 means that a concurrent
/// request has just sent a code.
pub(super) fn pause_before_retry(
    rejection: &Rejection,
    requests: u32,
    first_pause: Duration,
    time_left: Duration,
) -> Option<Duration> {
    let is_temporary = rejection.http_status == 429
        && kind_of(rejection.operation, rejection.code, rejection.http_status) == FailureKind::Busy
        && rejection.code != Some(CONCURRENT_STARTS)
        && !rejection.reached_rate_limit;
    if !is_temporary || requests == 0 || requests >= MAX_REQUESTS {
        return None;
    }
    let backoff = first_pause.saturating_mul(1 << (requests - 1));
    // Random, from half to all of it, so that clients that were rejected together do not retry together.
    let jittered = backoff.mul_f64(0.5 + 0.5 * random_fraction());
    let pause = jittered.max(rejection.retry_after.unwrap_or_default());
    (pause <= MAX_PAUSE && pause < time_left).then_some(pause)
}

/// Returns a random number from 0 to 1. Every `RandomState` has other keys. That is not cryptographically
/// secure, which is not needed here.
fn random_fraction() -> f64 {
    let random = RandomState::new().hash_one(0_u8);
    f64::from(u32::try_from(random >> 32).unwrap_or_default()) / f64::from(u32::MAX)
}

/// Parses `Retry-After` (RFC 9110, section 10.2.3): whole seconds or a date. A date is compared with the
/// `Date` of the response, so the local clock does not matter. Invalid values are ignored.
pub(super) fn parse_retry_after(value: &str, date: Option<&str>) -> Option<Duration> {
    let value = value.trim();
    if !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit()) {
        // If the digits overflow, the time is very long.
        let seconds = value.parse().unwrap_or(u64::MAX);
        return Some(Duration::from_secs(seconds).min(MAX_RETRY_AFTER));
    }
    let until = DateTime::parse_from_rfc2822(value).ok()?;
    let now = DateTime::parse_from_rfc2822(date?.trim()).ok()?;
    // If the date has passed, the wait is zero.
    Some((until - now).to_std().unwrap_or_default().min(MAX_RETRY_AFTER))
}

#[cfg(test)]
mod tests {
    use super::*;

    const AMPLE: Duration = Duration::from_secs(10);
    const FIRST: Duration = Duration::from_millis(200);

    fn rejection(http_status: u16, code: Option<u32>, retry_after: Option<u64>) -> Rejection {
        let retry_after = retry_after.map(Duration::from_secs);
        Rejection { operation: Operation::Start, http_status, code, reached_rate_limit: false, retry_after }
    }

    fn pause(rejection: &Rejection, requests: u32) -> Option<Duration> {
        pause_before_retry(rejection, requests, FIRST, AMPLE)
    }

    #[test]
    fn a_429_is_retried_twice_with_growing_pauses() {
        let busy = rejection(429, Some(20429), None);
        for _ in 0..100 {
            let first = pause(&busy, 1).unwrap();
            let second = pause(&busy, 2).unwrap();
            assert!(first >= FIRST / 2 && first <= FIRST, "{first:?}");
            assert!(second >= FIRST && second <= FIRST * 2, "{second:?}");
        }
        assert_eq!(pause(&busy, 3), None);
        assert_eq!(pause(&busy, 30), None);
    }

    #[test]
    fn pauses_are_random() {
        let busy = rejection(429, None, None);
        let pauses: Vec<_> = (0..20).filter_map(|_| pause(&busy, 1)).collect();
        assert!(pauses.iter().any(|other| *other != pauses[0]));
    }

    #[test]
    fn short_retry_after_is_honored_and_a_long_one_is_not_retried() {
        assert_eq!(pause(&rejection(429, None, Some(1)), 1), Some(Duration::from_secs(1)));
        assert_eq!(pause(&rejection(429, None, Some(3)), 1), Some(Duration::from_secs(3)));
        assert_eq!(pause(&rejection(429, None, Some(4)), 1), None);
        assert!(pause(&rejection(429, None, Some(0)), 1).is_some());
    }

    #[test]
    fn pause_never_exceeds_the_time_left() {
        let busy = rejection(429, None, Some(2));
        let left = |time_left| pause_before_retry(&busy, 1, FIRST, time_left);
        assert_eq!(left(Duration::from_secs(2)), None);
        assert_eq!(left(Duration::ZERO), None);
        assert_eq!(left(Duration::from_millis(2001)), Some(Duration::from_secs(2)));
        let huge = pause_before_retry(&rejection(429, None, None), 2, Duration::MAX / 2, AMPLE);
        assert_eq!(huge, None);
    }

    #[test]
    fn only_a_temporary_429_is_retried() {
        for (status, code) in [
            (429, Some(60202)),
            (429, Some(60203)),
            (429, Some(60212)),
            (503, Some(20503)),
            (503, None),
            (500, Some(20429)),
            (408, None),
            (400, None),
            (201, None),
        ] {
            assert_eq!(pause(&rejection(status, code, None), 1), None, "{status} {code:?}");
        }
        let limited = Rejection { reached_rate_limit: true, ..rejection(429, Some(20429), None) };
        assert_eq!(pause(&limited, 1), None);
    }

    #[test]
    fn invalid_retry_after_is_ignored() {
        let seconds = |value| parse_retry_after(value, None).map(|pause| pause.as_secs());
        assert_eq!(seconds("0"), Some(0));
        assert_eq!(seconds(" 120 "), Some(120));
        assert_eq!(seconds("3601"), Some(3600));
        assert_eq!(seconds("99999999999999999999999999999999"), Some(3600));
        for garbage in ["", " ", "-1", "+1", "1.5", "soon", "1 2", "0x10", "١", "Wed, 99 Foo 2026"] {
            assert_eq!(seconds(garbage), None, "{garbage:?}");
        }
    }

    #[test]
    fn date_is_relative_to_the_date_of_the_response() {
        let date = Some("Mon, 23 Nov 2026 10:00:00 GMT");
        let seconds = |value| parse_retry_after(value, date).map(|pause| pause.as_secs());
        assert_eq!(seconds("Mon, 23 Nov 2026 10:00:30 GMT"), Some(30));
        assert_eq!(seconds("Mon, 23 Nov 2026 09:00:00 GMT"), Some(0));
        assert_eq!(seconds("Thu, 23 Nov 2028 10:00:00 GMT"), Some(3600));
        assert_eq!(parse_retry_after("Mon, 23 Nov 2026 10:00:30 GMT", None), None);
        assert_eq!(parse_retry_after("Mon, 23 Nov 2026 10:00:30 GMT", Some("today")), None);
    }
}
