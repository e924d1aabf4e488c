//! A circuit breaker: decides from the outcomes of earlier calls whether a call may start. It does not read a
//! clock.
//!
//! While Twilio fails, every call would wait for its timeout in vain. So the breaker opens after a few
//! failures and rejects calls for a while. Then it admits one call as a probe.

use std::collections::VecDeque;

use chrono::{DateTime, TimeDelta, Utc};

/// Consecutive failures after which the breaker opens. A single phone number cannot cause them, because an
/// error response about a number does not count as a failure.
const FAILURES_IN_A_ROW: u32 = 5;
/// The window for the share of failures, in seconds.
const WINDOW_SECONDS: i64 = 30;
/// The minimum number of calls in the window. Of three calls, two may fail by chance.
const MIN_CALLS: u32 = 20;
/// How long the breaker stays open. Long enough to relieve Twilio, short enough to recover quickly.
const OPEN_FOR: TimeDelta = TimeDelta::seconds(10);
/// How long a probe may run before another one is admitted. No call takes longer.
const PROBE_FOR: TimeDelta = TimeDelta::seconds(10);

/// A circuit breaker.
pub(super) struct Breaker {
    state: State,
    /// Counts the changes of state. The outcome of a call that began before the last change is ignored.
    generation: u64,
}

enum State {
    /// All calls may start.
    Closed(Record),
    /// No call may start.
    Open { until: DateTime<Utc> },
    /// One call is running as a probe.
    Probing { until: DateTime<Utc> },
}

/// The outcomes of recent calls.
#[derive(Default)]
struct Record {
    failures_in_a_row: u32,
    seconds: VecDeque<Second>,
}

struct Second {
    at: i64,
    calls: u32,
    failures: u32,
}

/// Permission for one call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Pass {
    generation: u64,
}

/// A change of state that is reported.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Change {
    /// Calls are now rejected.
    Opened,
    /// Calls are admitted again.
    Closed,
}

impl Breaker {
    /// Creates a closed breaker, which admits all calls.
    pub(super) fn closed() -> Self {
        Self { state: State::Closed(Record::default()), generation: 0 }
    }

    /// Admits a call. The pass must be returned to [`settle`](Self::settle) or [`abandon`](Self::abandon).
    ///
    /// # Errors
    /// How long to wait if the call is rejected.
    pub(super) fn admit(&mut self, now: DateTime<Utc>) -> Result<Pass, TimeDelta> {
        self.check(now)?;
        if !matches!(self.state, State::Closed(_)) {
            self.change(State::Probing { until: now + PROBE_FOR });
        }
        Ok(Pass { generation: self.generation })
    }

    /// Checks whether [`admit`](Self::admit) would admit a call.
    ///
    /// # Errors
    /// How long to wait if it would not.
    pub(super) fn check(&self, now: DateTime<Utc>) -> Result<(), TimeDelta> {
        let (until, longest) = match self.state {
            State::Closed(_) => return Ok(()),
            State::Open { until } => (until, OPEN_FOR),
            State::Probing { until } => (until, PROBE_FOR),
        };
        let left = until - now;
        // If more time is left than possible, the clock was set back.
        if left > TimeDelta::zero() && left <= longest { Err(left) } else { Ok(()) }
    }

    /// Records the outcome of a call. `success` means that Twilio responded, whatever it said.
    pub(super) fn settle(&mut self, pass: Pass, success: bool, now: DateTime<Utc>) -> Option<Change> {
        if pass.generation != self.generation {
            return None;
        }
        match &mut self.state {
            State::Closed(record) => {
                record.add(success, now.timestamp());
                if success || !record.must_open() {
                    return None;
                }
                self.change(State::Open { until: now + OPEN_FOR });
                Some(Change::Opened)
            }
            State::Probing { .. } if success => {
                self.change(State::Closed(Record::default()));
                Some(Change::Closed)
            }
            State::Probing { .. } => {
                self.change(State::Open { until: now + OPEN_FOR });
                None
            }
            State::Open { .. } => None,
        }
    }

    /// Records that a call was abandoned, which says nothing about Twilio. If it was the probe, the next call
    /// becomes the probe.
    pub(super) fn abandon(&mut self, pass: Pass, now: DateTime<Utc>) {
        if pass.generation == self.generation && matches!(self.state, State::Probing { .. }) {
            self.change(State::Open { until: now });
        }
    }

    fn change(&mut self, state: State) {
        self.state = state;
        self.generation += 1;
    }
}

impl Record {
    fn add(&mut self, success: bool, at: i64) {
        self.failures_in_a_row = if success { 0 } else { self.failures_in_a_row + 1 };
        // Entries in the future were recorded before the clock was set back.
        self.seconds.retain(|second| (at - WINDOW_SECONDS + 1..=at).contains(&second.at));
        let failures = u32::from(!success);
        match self.seconds.back_mut().filter(|second| second.at == at) {
            Some(second) => {
                second.calls += 1;
                second.failures += failures;
            }
            None => self.seconds.push_back(Second { at, calls: 1, failures }),
        }
    }

    /// Whether at least half of the calls, or the last few, have failed.
    fn must_open(&self) -> bool {
        let calls: u32 = self.seconds.iter().map(|second| second.calls).sum();
        let failures: u32 = self.seconds.iter().map(|second| second.failures).sum();
        self.failures_in_a_row >= FAILURES_IN_A_ROW || (calls >= MIN_CALLS && failures * 2 >= calls)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_800_000_000 + second, 0).unwrap()
    }

    fn opened(at_second: i64) -> Breaker {
        let mut breaker = Breaker::closed();
        for call in 1..=5 {
            let pass = breaker.admit(at(at_second)).unwrap();
            let change = breaker.settle(pass, false, at(at_second));
            assert_eq!(change, (call == 5).then_some(Change::Opened));
        }
        breaker
    }

    #[test]
    fn five_consecutive_failures_open_it() {
        let mut breaker = Breaker::closed();
        for call in 0..18 {
            let pass = breaker.admit(at(0)).unwrap();
            assert_eq!(breaker.settle(pass, call % 5 == 4, at(0)), None, "{call}");
        }
        assert_eq!(opened(0).admit(at(0)), Err(TimeDelta::seconds(10)));
        assert_eq!(opened(0).admit(at(9)), Err(TimeDelta::seconds(1)));
    }

    #[test]
    fn failure_of_half_of_twenty_calls_opens_it() {
        let mut breaker = Breaker::closed();
        for call in 0..20 {
            let pass = breaker.admit(at(call)).unwrap();
            let change = breaker.settle(pass, call % 2 == 0, at(call));
            assert_eq!(change, (call == 19).then_some(Change::Opened), "{call}");
        }
    }

    #[test]
    fn outcomes_older_than_half_a_minute_do_not_count() {
        let mut breaker = Breaker::closed();
        for call in 0..40 {
            let now = at(call * 2);
            let success = call % 2 == 0;
            let pass = breaker.admit(now).unwrap();
            assert_eq!(breaker.settle(pass, success, now), None, "{call}: fifteen calls in 30 s");
        }
    }

    #[test]
    fn successful_probe_after_ten_seconds_closes_it() {
        let mut breaker = opened(0);
        let probe = breaker.admit(at(10)).unwrap();
        assert!(breaker.admit(at(10)).is_err());
        assert_eq!(breaker.settle(probe, true, at(11)), Some(Change::Closed));
        assert!(breaker.admit(at(11)).is_ok() && breaker.admit(at(11)).is_ok());
    }

    #[test]
    fn failed_probe_opens_it_again_without_reporting_a_change() {
        let mut breaker = opened(0);
        let probe = breaker.admit(at(10)).unwrap();
        assert_eq!(breaker.settle(probe, false, at(12)), None);
        assert!(breaker.admit(at(21)).is_err());
        assert!(breaker.admit(at(22)).is_ok());
    }

    #[test]
    fn hanging_or_abandoned_probe_is_followed_by_another() {
        let mut breaker = opened(0);
        let hanging = breaker.admit(at(10)).unwrap();
        assert!(breaker.admit(at(19)).is_err());
        let second = breaker.admit(at(20)).unwrap();
        // The outcome of the first probe is ignored.
        assert_eq!(breaker.settle(hanging, true, at(20)), None);
        assert!(breaker.admit(at(20)).is_err());
        breaker.abandon(second, at(20));
        assert!(breaker.admit(at(20)).is_ok());
    }

    #[test]
    fn outcomes_of_calls_from_before_it_opened_are_ignored() {
        let mut breaker = Breaker::closed();
        let passes: Vec<Pass> = (0..8).map(|_| breaker.admit(at(0)).unwrap()).collect();
        for pass in &passes[..5] {
            breaker.settle(*pass, false, at(1));
        }
        assert!(passes[5..].iter().all(|pass| breaker.settle(*pass, true, at(2)).is_none()));
        assert!(breaker.admit(at(2)).is_err());
    }

    /// Threats: c8.
    #[test]
    fn clock_that_was_set_back_delays_no_call() {
        assert!(opened(3600).admit(at(0)).is_ok());
    }
}
