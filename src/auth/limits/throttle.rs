//! The rule by which attempts are counted: GCRA, with waits that grow. Pure; the statement that decides by it
//! stands in `storage/throttles.rs`.
//!
//! A limit of 10 attempts an hour allows ten at once, and gives one back every six minutes. Whoever uses it
//! up waits those six minutes; whoever uses it up again waits 12, then 24 and so on, at most a day. When
//! nothing has stood against it for an hour, all is forgotten. Whatever is done, never more than GCRA allows
//! is allowed.

use chrono::{DateTime, Utc};

use super::rate::Rate;
use storage::throttles::{Charge, MOST_DOUBLINGS, State};

/// The longest wait, in microseconds: a day.
const LONGEST: i64 = 24 * 60 * 60 * 1_000_000;

/// How many attempts in how long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limit {
    /// Attempts and period.
    pub rate: Rate,
    /// Whether waits grow. Not where many people may share what is counted.
    pub grows: bool,
}

/// Where somebody stands with a limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Balance {
    /// Attempts that are allowed at once.
    pub remaining: u32,
    /// Whole seconds until there is one more.
    pub more_in: u32,
}

impl Limit {
    /// Microseconds that one attempt takes to come back.
    fn pace(self) -> i64 {
        (self.rate.period_micros() / i64::from(self.rate.attempts.max(1))).max(1)
    }

    fn slack(self) -> i64 {
        self.pace() * i64::from(self.rate.attempts.max(1) - 1)
    }

    fn longest(self) -> i64 {
        if self.grows { LONGEST.max(self.pace()) } else { self.pace() }
    }

    /// An attempt to be counted.
    pub fn charge(self, key: Vec<u8>) -> Charge {
        Charge { key, pace: self.pace(), slack: self.slack(), longest: self.longest() }
    }

    /// What a charge that was allowed has added, told by what stands against the limit since: to be taken
    /// back where the attempt was no failure.
    pub fn added(self, after: &State, now: DateTime<Utc>) -> State {
        let used_up = after.arrival > now.timestamp_micros() + self.slack();
        let strikes = i32::from(used_up);
        let doublings = (after.strikes - 1).clamp(0, MOST_DOUBLINGS);
        let arrival = if used_up { (self.pace() << doublings).min(self.longest()) } else { self.pace() };
        State { key: after.key.clone(), arrival, strikes }
    }

    /// Where somebody stands; `arrival`: what stands against the limit, where anything does.
    pub fn balance(self, arrival: Option<i64>, now: DateTime<Utc>) -> Balance {
        let (now, pace) = (now.timestamp_micros(), self.pace());
        let arrival = arrival.filter(|arrival| *arrival > now);
        let Some(arrival) = arrival else { return Balance { remaining: self.rate.attempts, more_in: 0 } };
        let room = now + self.slack() - arrival;
        let remaining = if room < 0 { 0 } else { room / pace + 1 };
        let more_in = arrival + remaining * pace - self.slack() - now;
        let seconds = more_in.max(0).div_euclid(1_000_000) + i64::from(more_in.rem_euclid(1_000_000) > 0);
        Balance {
            remaining: u32::try_from(remaining).unwrap_or(u32::MAX),
            more_in: u32::try_from(seconds).unwrap_or(u32::MAX),
        }
    }
}
