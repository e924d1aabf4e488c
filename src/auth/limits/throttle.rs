//! The rule by which attempts are counted: GCRA, with growing waits. Pure; the statement that decides is in
//! `storage`, in `tables/throttles.rs`.
//!
//! A limit of 10 attempts per hour allows ten at once, and another one every six minutes. A client that
//! exhausts it waits six minutes; if it exhausts the limit again, 12 minutes, then 24 and so on, at most a
//! day. After an hour with a full quota, waits start again at six minutes. It never allows more than GCRA
//! does.

use chrono::{DateTime, Utc};
use storage::throttles::{Charge, MOST_DOUBLINGS, State};

use super::rate::Rate;

/// The longest wait, in microseconds: a day.
const LONGEST: i64 = 24 * 60 * 60 * 1_000_000;

/// A limit: a rate, and whether waits grow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limit {
    /// The attempts per period.
    pub rate: Rate,
    /// Whether waits grow. They do not if many people may share the quota.
    pub grows: bool,
}

/// What is left of a limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Balance {
    /// Attempts that are allowed now.
    pub remaining: u32,
    /// Seconds until there is one more, rounded up.
    pub more_in: u32,
}

impl Limit {
    /// Returns the microseconds until one attempt is available again.
    fn pace(self) -> i64 {
        (self.rate.period_micros() / i64::from(self.rate.attempts.max(1))).max(1)
    }

    fn slack(self) -> i64 {
        self.pace() * i64::from(self.rate.attempts.max(1) - 1)
    }

    fn longest(self) -> i64 {
        if self.grows { LONGEST.max(self.pace()) } else { self.pace() }
    }

    /// Returns what the database counts for an attempt.
    pub fn charge(self, key: Vec<u8>) -> Charge {
        Charge { key, pace: self.pace(), slack: self.slack(), longest: self.longest() }
    }

    /// Returns what an allowed attempt has added to the state, to refund it. `after`: the state after it.
    pub fn added(self, after: &State, now: DateTime<Utc>) -> State {
        let used_up = after.arrival > now.timestamp_micros() + self.slack();
        let strikes = i32::from(used_up);
        let doublings = (after.strikes - 1).clamp(0, MOST_DOUBLINGS);
        let arrival = if used_up { (self.pace() << doublings).min(self.longest()) } else { self.pace() };
        State { key: after.key.clone(), arrival, strikes }
    }

    /// Returns what is left. `arrival`: the state of the limit, if it has one.
    pub fn balance(self, arrival: Option<i64>, now: DateTime<Utc>) -> Balance {
        let now = now.timestamp_micros();
        let pace = self.pace();
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
