//! The waits between the attempts to deliver a message.

use chrono::TimeDelta;

/// The wait after the first attempt.
const FIRST: TimeDelta = TimeDelta::seconds(5);
/// The ratio of each wait to the one before.
const FACTOR: i32 = 3;
/// The number of attempts. The waits are 5 s, 15 s, 45 s, 2 min, 7 min, 20 min, 1 h, 3 h, 9 h and 27 h: about
/// 41 hours. A receiver that fails on Friday evening can be repaired until Sunday.
pub(super) const ATTEMPTS: i32 = 11;
/// An upper bound of all waits.
pub(super) const MAX_WAIT: TimeDelta = TimeDelta::hours(48);

/// Returns how long to wait after `attempts` attempts, or `None` after the last. `random` spreads the waits
/// between 80 and 120 % of the planned time, so that messages that failed together are not retried together.
pub(super) fn wait(attempts: i32, random: u8) -> Option<TimeDelta> {
    if attempts >= ATTEMPTS {
        return None;
    }
    let exponent = u32::try_from(attempts - 1).unwrap_or(0);
    let planned = FIRST * FACTOR.checked_pow(exponent)?;
    Some(planned * (800 + i32::from(random) * 400 / 255) / 1000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_and_end() {
        let millis = |attempts, random| wait(attempts, random).map(|wait| wait.num_milliseconds());
        assert_eq!((millis(1, 0), millis(1, 255)), (Some(4_000), Some(6_000)));
        assert_eq!((millis(2, 0), millis(2, 255)), (Some(12_000), Some(18_000)));
        assert_eq!(wait(ATTEMPTS, 0), None);
        let all: TimeDelta = (1..ATTEMPTS).filter_map(|attempts| wait(attempts, 128)).sum();
        assert!((40..=42).contains(&all.num_hours()), "{all}");
        assert!((1..ATTEMPTS).all(|attempts| wait(attempts, 255).is_some_and(|wait| wait < MAX_WAIT)));
    }
}
