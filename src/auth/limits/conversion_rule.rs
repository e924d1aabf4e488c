//! The limits of unanswered codes to a range of numbers. Pure; time is an argument.
//!
//! A fraudster who pumps messages is paid for each message and does not use the code, so codes to a pumped
//! range are almost never answered. Numbers are rented by the block. So codes are counted per block of ten
//! thousand numbers, per range of a hundred thousand, and per country. Each may have a number of unanswered
//! codes, and one more for each answered code. A range in which at least every other code is answered is
//! never stopped. A pumped range is stopped after a few codes, without affecting the rest of the country.

use chrono::{DateTime, DurationRound, TimeDelta, Utc};
use storage::Timestamp;
use storage::conversions::Conversion;

use super::limit_kind::LimitKind;
use super::rate::Rate;
use crate::auth::values::phone_number::PhoneNumber;

/// The last digits, in which the numbers of a block differ. Operators assign ten thousand numbers at a time.
const BLOCK_DIGITS: usize = 4;
/// The same for a range of a hundred thousand.
const RANGE_DIGITS: usize = 5;
/// Seconds in an hour, the unit in which codes are counted.
const HOUR: i64 = 3600;
/// The precision of the wait that a client gets, in seconds.
const STEP: i64 = 60;

/// A range of numbers whose codes are counted together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Extent {
    /// Numbers that differ in the last four digits.
    Block,
    /// Numbers that differ in the last five digits.
    Range,
    /// Numbers of one country or region.
    Country,
}

impl Extent {
    /// Every extent, the narrowest first.
    pub(crate) const ALL: [Self; 3] = [Self::Block, Self::Range, Self::Country];

    /// Returns the limit.
    pub(crate) fn limit(self) -> LimitKind {
        match self {
            Self::Block => LimitKind::UnverifiedCodesPerBlock,
            Self::Range => LimitKind::UnverifiedCodesPerRange,
            Self::Country => LimitKind::UnverifiedCodesPerCountry,
        }
    }

    /// Returns the key of the range of a number.
    pub(crate) fn key_of(self, number: &PhoneNumber) -> String {
        let without = |digits: usize| {
            let e164 = number.as_str();
            e164.get(..e164.len().saturating_sub(digits)).unwrap_or_default().to_owned()
        };
        match self {
            Self::Block => without(BLOCK_DIGITS),
            Self::Range => without(RANGE_DIGITS),
            Self::Country => number.territory().to_string(),
        }
    }
}

/// Returns the start of the hour of a time.
pub(crate) fn hour_of(time: DateTime<Utc>) -> Timestamp {
    Timestamp(time.duration_trunc(TimeDelta::hours(1)).unwrap_or(time))
}

/// What is counted in a window of time, in counts times seconds. Of the first hour, only the part inside the
/// window counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Window {
    sends: i64,
    verified: i64,
}

impl Window {
    fn ending(now: DateTime<Utc>, period: i64, counted: &[Conversion]) -> Self {
        let begins = now - TimeDelta::seconds(period);
        let mut window = Self { sends: 0, verified: 0 };
        for Conversion { hour, sends, verified, .. } in counted {
            let inside = (hour.0 - begins).num_seconds().saturating_add(HOUR).clamp(0, HOUR);
            window.sends += i64::from(*sends) * inside;
            window.verified += i64::from(*verified) * inside;
        }
        window
    }
}

/// Whether another code is allowed: a number of unanswered ones, and one more for each answered one.
fn is_allowed(rate: Rate, now: DateTime<Utc>, counted: &[Conversion]) -> bool {
    let Window { sends, verified } = Window::ending(now, rate.period.into(), counted);
    sends + HOUR - verified <= i64::from(rate.attempts) * HOUR + verified
}

/// Whether at least half of the codes of the last day were answered.
pub(crate) fn converts(now: DateTime<Utc>, counted: &[Conversion]) -> bool {
    let Window { sends, verified } = Window::ending(now, 24 * HOUR, counted);
    verified > 0 && sends <= 2 * verified
}

/// Returns the seconds until a rate allows another code, or `None` if it does now.
pub(crate) fn wait_until_allowed(rate: Rate, now: DateTime<Utc>, counted: &[Conversion]) -> Option<u32> {
    if is_allowed(rate, now, counted) {
        return None;
    }
    // By then, everything that is counted now has expired.
    let longest = i64::from(rate.period) + HOUR;
    let waits = (1..longest / STEP).map(|step| step * STEP);
    let wait = waits.into_iter().find(|wait| is_allowed(rate, now + TimeDelta::seconds(*wait), counted));
    Some(u32::try_from(wait.unwrap_or(longest)).unwrap_or(u32::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(minutes: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::minutes(minutes)
    }

    fn counted(hour: i64, sends: i32, verified: i32) -> Conversion {
        Conversion { numbers: "GB".into(), hour: Timestamp(at(hour * 60)), sends, verified }
    }

    const TEN_AN_HOUR: Rate = Rate { attempts: 10, period: 3600 };
    const TWENTY_A_DAY: Rate = Rate { attempts: 20, period: 86_400 };

    #[test]
    fn unanswered_codes_stop_a_range_after_a_few() {
        assert_eq!(wait_until_allowed(TEN_AN_HOUR, at(30), &[counted(0, 9, 0)]), None);
        assert!(wait_until_allowed(TEN_AN_HOUR, at(30), &[counted(0, 10, 0)]).is_some());
        assert_eq!(wait_until_allowed(TEN_AN_HOUR, at(30), &[]), None);
    }

    #[test]
    fn each_answered_code_allows_one_more() {
        assert_eq!(wait_until_allowed(TEN_AN_HOUR, at(30), &[counted(0, 1009, 500)]), None);
        assert!(wait_until_allowed(TEN_AN_HOUR, at(30), &[counted(0, 1010, 500)]).is_some());
    }

    #[test]
    fn the_window_slides() {
        let rate = TEN_AN_HOUR;
        // Half of the first hour is still inside.
        assert_eq!(wait_until_allowed(rate, at(90), &[counted(0, 10, 0), counted(1, 4, 0)]), None);
        assert!(wait_until_allowed(rate, at(89), &[counted(0, 10, 0), counted(1, 4, 0)]).is_some());
        assert_eq!(wait_until_allowed(rate, at(120), &[counted(0, 10, 0), counted(1, 9, 0)]), None);
        let wait = wait_until_allowed(rate, at(30), &[counted(0, 18, 0)]).unwrap();
        assert_eq!(wait, 60 * 60);
        assert_eq!(wait_until_allowed(rate, at(90), &[counted(0, 18, 0)]), None);
        let day = [counted(0, 10, 0), counted(2, 10, 0)];
        assert!(wait_until_allowed(TWENTY_A_DAY, at(5 * 60), &day).is_some());
        assert_eq!(wait_until_allowed(rate, at(5 * 60), &day), None);
    }

    #[test]
    fn a_range_converts_if_every_other_code_is_answered() {
        assert!(!converts(at(30), &[]) && !converts(at(30), &[counted(0, 1, 0)]));
        assert!(converts(at(30), &[counted(0, 2, 1)]) && !converts(at(30), &[counted(0, 3, 1)]));
    }

    #[test]
    fn the_key_of_a_range_contains_no_number() {
        let names = |text| Extent::ALL.map(|extent| extent.key_of(&PhoneNumber::parse(text).unwrap()));
        assert_eq!(names("+447400123456"), ["+44740012", "+4474001", "GB"]);
        assert_eq!(names("+12015550123"), ["+1201555", "+120155", "US"]);
        assert_eq!(hour_of(at(119)).0, at(60));
    }
}
