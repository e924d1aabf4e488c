//! A circuit breaker: whether Twilio is asked at all, by what came of the calls before. Pure: it is told the time.
//!
//! While Twilio fails, asking it again costs everybody its timeout and helps nobody; so after a few failures nobody asks
//! for a while, then one call tries whether it is back.

use std::collections::VecDeque;

use chrono::{DateTime, TimeDelta, Utc};

/// Failures in a row after which Twilio is not asked. A single number cannot cause them: what speaks about a number is an
/// answer, and an answer is no failure.
const FAILURES_IN_A_ROW: u32 = 5;
/// Seconds that are looked back on for the share of failures.
const WINDOW_SECONDS: i64 = 30;
/// Calls within the window that the share is taken of, at least: of three calls two may fail by chance.
const FEWEST_CALLS: u32 = 20;
/// For how long Twilio is not asked: long enough to spare it, short enough that nobody minds when it is back.
const OPEN_FOR: TimeDelta = TimeDelta::seconds(10);
/// After this time a probe that has not ended is taken for lost, and another one is made. A call takes no longer.
const PROBE_FOR: TimeDelta = TimeDelta::seconds(10);

/// The breaker's state.
pub(super) struct Breaker {
    state: State,
    /// Counts the changes of state: what came of a call that began before the last one says nothing about now.
    generation: u64,
}

enum State {
    /// Everybody may ask.
    Closed(Record),
    /// Nobody may.
    Open { until: DateTime<Utc> },
    /// One call is under way, and decides.
    Probing { until: DateTime<Utc> },
}

/// What came of the calls of late.
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

/// Leave to make one call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Pass {
    generation: u64,
}

/// A change that somebody wants to know of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Change {
    /// Twilio is not asked any more.
    Opened,
    /// It is asked again.
    Closed,
}

impl Breaker {
    /// Everybody may ask.
    pub(super) fn closed() -> Self {
        Self { state: State::Closed(Record::default()), generation: 0 }
    }

    /// Leave to ask, to be given back to [`settle`](Self::settle) or [`abandon`](Self::abandon).
    ///
    /// # Errors
    /// How long it makes sense to wait.
    pub(super) fn admit(&mut self, now: DateTime<Utc>) -> Result<Pass, TimeDelta> {
        self.look(now)?;
        if !matches!(self.state, State::Closed(_)) {
            self.change(State::Probing { until: now + PROBE_FOR });
        }
        Ok(Pass { generation: self.generation })
    }

    /// Whether [`admit`](Self::admit) would give leave.
    ///
    /// # Errors
    /// How long it makes sense to wait.
    pub(super) fn look(&self, now: DateTime<Utc>) -> Result<(), TimeDelta> {
        let (until, longest) = match self.state {
            State::Closed(_) => return Ok(()),
            State::Open { until } => (until, OPEN_FOR),
            State::Probing { until } => (until, PROBE_FOR),
        };
        let left = until - now;
        // More than there can be: the clock was set back.
        if left > TimeDelta::zero() && left <= longest { Err(left) } else { Ok(()) }
    }

    /// What came of a call: `worked` where Twilio answered, whatever it said.
    pub(super) fn settle(&mut self, pass: Pass, worked: bool, now: DateTime<Utc>) -> Option<Change> {
        if pass.generation != self.generation {
            return None;
        }
        match &mut self.state {
            State::Closed(record) => {
                record.add(worked, now.timestamp());
                if worked || !record.is_bad() {
                    return None;
                }
                self.change(State::Open { until: now + OPEN_FOR });
                Some(Change::Opened)
            }
            State::Probing { .. } if worked => {
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

    /// A call was given up, and says nothing. Where it was the probe, the next one may be.
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
    fn add(&mut self, worked: bool, at: i64) {
        self.failures_in_a_row = if worked { 0 } else { self.failures_in_a_row + 1 };
        // What lies ahead was recorded before the clock was set back.
        self.seconds.retain(|second| (at - WINDOW_SECONDS + 1..=at).contains(&second.at));
        let failures = u32::from(!worked);
        match self.seconds.back_mut().filter(|second| second.at == at) {
            Some(second) => {
                second.calls += 1;
                second.failures += failures;
            }
            None => self.seconds.push_back(Second { at, calls: 1, failures }),
        }
    }

    /// Half of the calls or more have failed, or the last few all did.
    fn is_bad(&self) -> bool {
        let calls: u32 = self.seconds.iter().map(|second| second.calls).sum();
        let failures: u32 = self.seconds.iter().map(|second| second.failures).sum();
        self.failures_in_a_row >= FAILURES_IN_A_ROW || (calls >= FEWEST_CALLS && failures * 2 >= calls)
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
    fn five_failures_in_a_row_open_it_and_a_success_between_them_does_not() {
        let mut breaker = Breaker::closed();
        for call in 0..18 {
            let pass = breaker.admit(at(0)).unwrap();
            assert_eq!(breaker.settle(pass, call % 5 == 4, at(0)), None, "{call}");
        }
        assert_eq!(opened(0).admit(at(0)), Err(TimeDelta::seconds(10)));
        assert_eq!(opened(0).admit(at(9)), Err(TimeDelta::seconds(1)));
    }

    #[test]
    fn half_of_twenty_calls_open_it_and_half_of_nineteen_do_not() {
        let mut breaker = Breaker::closed();
        for call in 0..20 {
            let pass = breaker.admit(at(call)).unwrap();
            let change = breaker.settle(pass, call % 2 == 0, at(call));
            assert_eq!(change, (call == 19).then_some(Change::Opened), "{call}");
        }
    }

    #[test]
    fn what_is_half_a_minute_old_does_not_count() {
        let mut breaker = Breaker::closed();
        for call in 0..40 {
            let (now, worked) = (at(call * 2), call % 2 == 0);
            let pass = breaker.admit(now).unwrap();
            assert_eq!(breaker.settle(pass, worked, now), None, "{call}: fifteen calls in 30 s");
        }
    }

    #[test]
    fn after_ten_seconds_one_probes_and_closes_it() {
        let mut breaker = opened(0);
        let probe = breaker.admit(at(10)).unwrap();
        assert!(breaker.admit(at(10)).is_err());
        assert_eq!(breaker.settle(probe, true, at(11)), Some(Change::Closed));
        assert!(breaker.admit(at(11)).is_ok() && breaker.admit(at(11)).is_ok());
    }

    #[test]
    fn a_probe_that_fails_opens_it_for_as_long_again_without_a_word() {
        let mut breaker = opened(0);
        let probe = breaker.admit(at(10)).unwrap();
        assert_eq!(breaker.settle(probe, false, at(12)), None);
        assert!(breaker.admit(at(21)).is_err());
        assert!(breaker.admit(at(22)).is_ok());
    }

    #[test]
    fn a_probe_that_hangs_or_was_given_up_is_followed_by_another() {
        let mut breaker = opened(0);
        let hanging = breaker.admit(at(10)).unwrap();
        assert!(breaker.admit(at(19)).is_err());
        let second = breaker.admit(at(20)).unwrap();
        // The first one's end decides nothing any more.
        assert_eq!(breaker.settle(hanging, true, at(20)), None);
        assert!(breaker.admit(at(20)).is_err());
        breaker.abandon(second, at(20));
        assert!(breaker.admit(at(20)).is_ok());
    }

    #[test]
    fn calls_that_began_before_it_opened_say_nothing() {
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
    fn a_clock_that_was_set_back_delays_no_call() {
        assert!(opened(3600).admit(at(0)).is_ok());
    }
}
