//! When a delivery that failed is tried again. Pure; chance is an argument.

use chrono::TimeDelta;

/// The wait after the first attempt.
const FIRST: TimeDelta = TimeDelta::seconds(5);
/// Each wait is so many times as long as the one before.
const FACTOR: i32 = 3;
/// Attempts in all. The waits between them are 5 s, 15 s, 45 s, 2 min, 7 min, 20 min, 1 h, 3 h, 9 h and 27 h: about 41
/// hours, in which a receiver that fails on a Friday evening has been mended on Sunday.
pub(super) const ATTEMPTS: i32 = 11;
/// Longer than any wait.
pub(super) const LONGEST: TimeDelta = TimeDelta::hours(48);

/// How long to wait after an attempt, from 80 to 120 per cent of the planned time, so that what failed together does not
/// come back together. `None`: it was the last one. `attempts`: how many there have been; `chance`: from 0 to 255.
pub(super) fn wait(attempts: i32, chance: u8) -> Option<TimeDelta> {
    if attempts >= ATTEMPTS {
        return None;
    }
    let times = u32::try_from(attempts - 1).unwrap_or(0);
    let planned = FIRST * FACTOR.checked_pow(times)?;
    Some(planned * (800 + i32::from(chance) * 400 / 255) / 1000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_and_end() {
        let seconds = |attempts, chance| wait(attempts, chance).map(|wait| wait.num_milliseconds());
        assert_eq!((seconds(1, 0), seconds(1, 255)), (Some(4_000), Some(6_000)));
        assert_eq!((seconds(2, 0), seconds(2, 255)), (Some(12_000), Some(18_000)));
        assert_eq!(wait(ATTEMPTS, 0), None);
        let all: TimeDelta = (1..ATTEMPTS).filter_map(|attempts| wait(attempts, 128)).sum();
        assert!((40..=42).contains(&all.num_hours()), "{all}");
        assert!((1..ATTEMPTS).all(|attempts| wait(attempts, 255).is_some_and(|wait| wait < LONGEST)));
    }
}
