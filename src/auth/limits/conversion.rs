//! How many codes a range of numbers may get that do not come back. Pure; time is an argument.
//!
//! Whoever pumps messages is paid for what is sent, and has no use for the code: of a pumped range nearly
//! none comes back. Numbers are rented by the block, so blocks of ten thousand are watched, ranges of a
//! hundred thousand, and the country. Each may have so many codes unanswered, and one more for each that was
//! answered: a range of which at least every other code comes back is never stopped, and one that is pumped
//! stops after a few, without a word to the rest of the country.

use chrono::{DateTime, DurationRound, TimeDelta, Utc};

use super::limit_kind::LimitKind;
use super::rate::Rate;
use crate::auth::values::phone_number::PhoneNumber;
use storage::Timestamp;
use storage::conversions::Conversion;

/// Digits at the end that numbers of a block differ in: operators hand out ten thousand at a time.
const BLOCK_DIGITS: usize = 4;
/// The same for a range of a hundred thousand.
const RANGE_DIGITS: usize = 5;
/// Seconds in an hour: what is counted is counted by the hour.
const HOUR: i64 = 3600;
/// Seconds from one time to the next that is looked at when somebody is told how long to wait.
const STEP: i64 = 60;

/// Whose codes are counted together, from the narrowest on.
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
    /// Every one, the narrowest first.
    pub(crate) const ALL: [Self; 3] = [Self::Block, Self::Range, Self::Country];

    /// The limit.
    pub(crate) fn limit(self) -> LimitKind {
        match self {
            Self::Block => LimitKind::UnverifiedCodesPerBlock,
            Self::Range => LimitKind::UnverifiedCodesPerRange,
            Self::Country => LimitKind::UnverifiedCodesPerCountry,
        }
    }

    /// The name under which a number is counted.
    pub(crate) fn of(self, number: &PhoneNumber) -> String {
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

/// The hour of a time.
pub(crate) fn hour_of(time: DateTime<Utc>) -> Timestamp {
    Timestamp(time.duration_trunc(TimeDelta::hours(1)).unwrap_or(time))
}

/// What a window of time holds, in counts times seconds: of the hour with which it begins only the part that
/// is inside.
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

/// Whether there is room for another code beside what is counted: so many unanswered, and one more for each
/// that was answered.
fn has_room(rate: Rate, now: DateTime<Utc>, counted: &[Conversion]) -> bool {
    let Window { sends, verified } = Window::ending(now, rate.period.into(), counted);
    sends + HOUR - verified <= i64::from(rate.attempts) * HOUR + verified
}

/// Whether of what is counted as many codes came back within a day as did not.
pub(crate) fn converts(now: DateTime<Utc>, counted: &[Conversion]) -> bool {
    let Window { sends, verified } = Window::ending(now, 24 * HOUR, counted);
    verified > 0 && sends <= 2 * verified
}

/// Seconds until a rate has room for another code; `None`: it has now.
pub(crate) fn refused_for(rate: Rate, now: DateTime<Utc>, counted: &[Conversion]) -> Option<u32> {
    if has_room(rate, now, counted) {
        return None;
    }
    // By then nothing that is counted now is left.
    let longest = i64::from(rate.period) + HOUR;
    let waits = (1..longest / STEP).map(|step| step * STEP);
    let wait = waits.into_iter().find(|wait| has_room(rate, now + TimeDelta::seconds(*wait), counted));
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
    fn what_never_comes_back_stops_soon() {
        assert_eq!(refused_for(TEN_AN_HOUR, at(30), &[counted(0, 9, 0)]), None);
        assert!(refused_for(TEN_AN_HOUR, at(30), &[counted(0, 10, 0)]).is_some());
        assert_eq!(refused_for(TEN_AN_HOUR, at(30), &[]), None);
    }

    #[test]
    fn each_that_comes_back_earns_one_more() {
        assert_eq!(refused_for(TEN_AN_HOUR, at(30), &[counted(0, 1009, 500)]), None);
        assert!(refused_for(TEN_AN_HOUR, at(30), &[counted(0, 1010, 500)]).is_some());
    }

    #[test]
    fn the_window_slides() {
        let rate = TEN_AN_HOUR;
        // Half of the first hour is still inside.
        assert_eq!(refused_for(rate, at(90), &[counted(0, 10, 0), counted(1, 4, 0)]), None);
        assert!(refused_for(rate, at(89), &[counted(0, 10, 0), counted(1, 4, 0)]).is_some());
        assert_eq!(refused_for(rate, at(120), &[counted(0, 10, 0), counted(1, 9, 0)]), None);
        let wait = refused_for(rate, at(30), &[counted(0, 18, 0)]).unwrap();
        assert_eq!(wait, 60 * 60);
        assert_eq!(refused_for(rate, at(90), &[counted(0, 18, 0)]), None);
        let day = [counted(0, 10, 0), counted(2, 10, 0)];
        assert!(refused_for(TWENTY_A_DAY, at(5 * 60), &day).is_some());
        assert_eq!(refused_for(rate, at(5 * 60), &day), None);
    }

    #[test]
    fn a_range_converts_where_every_other_code_comes_back() {
        assert!(!converts(at(30), &[]) && !converts(at(30), &[counted(0, 1, 0)]));
        assert!(converts(at(30), &[counted(0, 2, 1)]) && !converts(at(30), &[counted(0, 3, 1)]));
    }

    #[test]
    fn numbers_are_counted_under_names_that_tell_no_number() {
        let names = |text| Extent::ALL.map(|extent| extent.of(&PhoneNumber::parse(text).unwrap()));
        assert_eq!(names("+447400123456"), ["+44740012", "+4474001", "GB"]);
        assert_eq!(names("+12015550123"), ["+1201555", "+120155", "US"]);
        assert_eq!(hour_of(at(119)).0, at(60));
    }
}
