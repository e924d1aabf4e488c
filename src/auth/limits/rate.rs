//! A number of attempts per period, as the configuration writes it: `10/h`, `10/15m`.

use std::fmt;
use std::str::FromStr;

/// The most attempts of a rate.
const MOST_ATTEMPTS: u32 = 1_000_000;
/// The longest period in seconds: a day, after which states are deleted.
const LONGEST_PERIOD: u32 = 86_400;
/// The units of a period, in seconds, the longest first.
const UNITS: [(char, u32); 4] = [('d', 86_400), ('h', 3600), ('m', 60), ('s', 1)];

/// A number of attempts per period. Under GCRA (`throttle.rs`), `3/d` means three attempts at once and then one every
/// eight hours, not three per calendar day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    /// The number of attempts.
    pub attempts: u32,
    /// The period in seconds.
    pub period: u32,
}

/// The text is not a rate.
#[derive(Debug, thiserror::Error)]
#[error(
    "is not a number of attempts and a period such as 10/h, 10/15m, 5/30s or 20/d (at most 1000000, at most a day)"
)]
pub struct InvalidRate;

impl Rate {
    /// Returns the period in microseconds.
    pub(crate) fn period_micros(self) -> i64 {
        i64::from(self.period) * 1_000_000
    }
}

impl FromStr for Rate {
    type Err = InvalidRate;

    fn from_str(text: &str) -> Result<Self, InvalidRate> {
        let (attempts, period) = text.split_once('/').ok_or(InvalidRate)?;
        let attempts: u32 = attempts.trim().parse().map_err(|_| InvalidRate)?;
        let period = period.trim();
        let in_unit = |(letter, seconds)| Some((period.strip_suffix(letter)?.trim(), seconds));
        let (count, seconds): (&str, u32) = UNITS.into_iter().find_map(in_unit).ok_or(InvalidRate)?;
        let count = if count.is_empty() { 1 } else { count.parse().map_err(|_| InvalidRate)? };
        let period = seconds.checked_mul(count).ok_or(InvalidRate)?;
        let fits = (1..=MOST_ATTEMPTS).contains(&attempts) && (1..=LONGEST_PERIOD).contains(&period);
        fits.then_some(Self { attempts, period }).ok_or(InvalidRate)
    }
}

impl Rate {
    /// The period, as short as it can be written.
    pub(crate) fn period_text(self) -> String {
        let whole = UNITS.into_iter().find(|(_, seconds)| self.period.is_multiple_of(*seconds));
        let (letter, seconds) = whole.unwrap_or(('s', 1));
        match self.period / seconds {
            1 => letter.to_string(),
            count => format!("{count}{letter}"),
        }
    }
}

impl fmt::Display for Rate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.attempts, self.period_text())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_are_read_and_written() {
        for (text, attempts, period, written) in [
            ("10/h", 10, 3600, "10/h"),
            ("10 / 15m", 10, 900, "10/15m"),
            ("5/30s", 5, 30, "5/30s"),
            ("1/60m", 1, 3600, "1/h"),
            ("20/1d", 20, 86_400, "20/d"),
            ("7/90s", 7, 90, "7/90s"),
        ] {
            let rate: Rate = text.parse().unwrap();
            assert_eq!((rate, rate.to_string().as_str()), (Rate { attempts, period }, written), "{text}");
        }
        let bad = [
            "",
            "0",
            "10",
            "0/h",
            "10/0s",
            "10/2d",
            "1000001/h",
            "10/x",
            "-1/h",
            "10/hh",
            "10/-1s",
            "ten/h",
            "/h",
        ];
        for text in bad {
            assert!(text.parse::<Rate>().is_err(), "{text}");
        }
    }
}
