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

#[cfg(test)]
mod tests {
    use super::*;

    const AMPLE: Duration = Duration::from_secs(10);
    const FIRST: Duration = Duration::from_millis(200);

    fn refusal(http_status: u16, code: Option<u32>, retry_after: Option<u64>) -> Refusal {
        let retry_after = retry_after.map(Duration::from_secs);
        Refusal { operation: Operation::Start, http_status, code, reached_rate_limit: false, retry_after }
    }

    fn pause(refusal: &Refusal, requests: u32) -> Option<Duration> {
        pause_before_repeating(refusal, requests, FIRST, AMPLE)
    }

    #[test]
    fn a_429_is_repeated_twice_with_growing_pauses() {
        let busy = refusal(429, Some(20429), None);
        for _ in 0..100 {
            let (first, second) = (pause(&busy, 1).unwrap(), pause(&busy, 2).unwrap());
            assert!(first >= FIRST / 2 && first <= FIRST, "{first:?}");
            assert!(second >= FIRST && second <= FIRST * 2, "{second:?}");
        }
        assert_eq!(pause(&busy, 3), None);
        assert_eq!(pause(&busy, 30), None);
    }

    #[test]
    fn the_pauses_differ() {
        let busy = refusal(429, None, None);
        let pauses: Vec<_> = (0..20).filter_map(|_| pause(&busy, 1)).collect();
        assert!(pauses.iter().any(|other| *other != pauses[0]));
    }

    #[test]
    fn a_short_retry_after_is_honoured_and_a_long_one_left_to_the_user() {
        assert_eq!(pause(&refusal(429, None, Some(1)), 1), Some(Duration::from_secs(1)));
        assert_eq!(pause(&refusal(429, None, Some(3)), 1), Some(Duration::from_secs(3)));
        assert_eq!(pause(&refusal(429, None, Some(4)), 1), None);
        assert!(pause(&refusal(429, None, Some(0)), 1).is_some());
    }

    #[test]
    fn no_pause_outlasts_the_time_that_is_left() {
        let busy = refusal(429, None, Some(2));
        let left = |time_left| pause_before_repeating(&busy, 1, FIRST, time_left);
        assert_eq!(left(Duration::from_secs(2)), None);
        assert_eq!(left(Duration::ZERO), None);
        assert_eq!(left(Duration::from_millis(2001)), Some(Duration::from_secs(2)));
        let huge = pause_before_repeating(&refusal(429, None, None), 2, Duration::MAX / 2, AMPLE);
        assert_eq!(huge, None);
    }

    #[test]
    fn nothing_but_a_passing_429_is_repeated() {
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
            assert_eq!(pause(&refusal(status, code, None), 1), None, "{status} {code:?}");
        }
        let limited = Refusal { reached_rate_limit: true, ..refusal(429, Some(20429), None) };
        assert_eq!(pause(&limited, 1), None);
    }

    #[test]
    fn retry_after_survives_anything() {
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
    fn a_date_counts_from_the_answers_own_date() {
        let date = Some("Mon, 23 Nov 2026 10:00:00 GMT");
        let seconds = |value| parse_retry_after(value, date).map(|pause| pause.as_secs());
        assert_eq!(seconds("Mon, 23 Nov 2026 10:00:30 GMT"), Some(30));
        assert_eq!(seconds("Mon, 23 Nov 2026 09:00:00 GMT"), Some(0));
        assert_eq!(seconds("Thu, 23 Nov 2028 10:00:00 GMT"), Some(3600));
        assert_eq!(parse_retry_after("Mon, 23 Nov 2026 10:00:30 GMT", None), None);
        assert_eq!(parse_retry_after("Mon, 23 Nov 2026 10:00:30 GMT", Some("today")), None);
    }
}
