//! Compares the breaker with a naive model that keeps every outcome.

use chrono::{DateTime, TimeDelta};
use proptest::prelude::*;

use super::breaker::{Breaker, Change, Pass};

#[derive(Clone, Debug)]
enum Step {
    /// A call wants to start.
    Ask,
    /// A running call ends with success or failure.
    End(prop::sample::Index, bool),
    /// A running call is abandoned.
    GiveUp(prop::sample::Index),
    /// Time passes, in milliseconds.
    Wait(i64),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        6 => Just(Step::Ask),
        6 => (any::<prop::sample::Index>(), prop::bool::weighted(0.4)).prop_map(|(i, ok)| Step::End(i, ok)),
        1 => any::<prop::sample::Index>().prop_map(Step::GiveUp),
        2 => (0_i64..12_000).prop_map(Step::Wait),
    ]
}

/// Times in milliseconds. `era` changes with every opening, closing and probe.
#[derive(Default)]
struct Model {
    era: usize,
    outcomes: Vec<(i64, bool)>,
    /// No call may start before this time. `None` if the breaker is closed.
    shut_until: Option<i64>,
    probing: bool,
}

impl Model {
    fn may_ask(&self, now: i64) -> bool {
        self.shut_until.is_none_or(|until| now >= until)
    }

    fn ask(&mut self, now: i64) -> Option<usize> {
        if !self.may_ask(now) {
            return None;
        }
        if self.shut_until.is_some() {
            (self.era, self.probing, self.shut_until) = (self.era + 1, true, Some(now + 10_000));
        }
        Some(self.era)
    }

    fn end(&mut self, era: usize, worked: bool, now: i64) -> Option<Change> {
        if era != self.era {
            return None;
        }
        if self.probing {
            (self.era, self.probing) = (self.era + 1, false);
            self.outcomes.clear();
            self.shut_until = if worked { None } else { Some(now + 10_000) };
            return worked.then_some(Change::Closed);
        }
        self.outcomes.push((now, worked));
        let last_five = self.outcomes.iter().rev().take(5);
        let in_a_row = self.outcomes.len() >= 5 && last_five.clone().all(|(_, worked)| !worked);
        let recent: Vec<_> =
            self.outcomes.iter().filter(|(at, _)| at / 1000 > now / 1000 - 30).map(|(_, ok)| *ok).collect();
        let failed = recent.iter().filter(|worked| !**worked).count();
        let half = recent.len() >= 20 && failed * 2 >= recent.len();
        if worked || !(in_a_row || half) {
            return None;
        }
        (self.era, self.shut_until) = (self.era + 1, Some(now + 10_000));
        Some(Change::Opened)
    }

    fn give_up(&mut self, era: usize, now: i64) {
        if era == self.era && self.probing {
            (self.era, self.probing, self.shut_until) = (self.era + 1, false, Some(now));
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    /// Threats: c5b.
    #[test]
    fn breaker_behaves_like_the_naive_model(steps in prop::collection::vec(step(), 0..300)) {
        let (mut breaker, mut model) = (Breaker::closed(), Model::default());
        let (mut now, mut under_way) = (1_800_000_000_000_i64, Vec::<(Pass, usize)>::new());
        for step in steps {
            let time = DateTime::from_timestamp_millis(now).unwrap();
            match step {
                Step::Ask => {
                    prop_assert_eq!(breaker.check(time).is_ok(), model.may_ask(now));
                    match (breaker.admit(time), model.ask(now)) {
                        (Ok(pass), Some(era)) => under_way.push((pass, era)),
                        (Err(wait), None) => {
                            let until = model.shut_until.unwrap();
                            prop_assert_eq!(wait, TimeDelta::milliseconds(until - now));
                        }
                        (pass, era) => prop_assert!(false, "{:?} against {:?}", pass, era),
                    }
                }
                Step::End(which, worked) if !under_way.is_empty() => {
                    let (pass, era) = under_way.swap_remove(which.index(under_way.len()));
                    prop_assert_eq!(breaker.settle(pass, worked, time), model.end(era, worked, now));
                }
                Step::GiveUp(which) if !under_way.is_empty() => {
                    let (pass, era) = under_way.swap_remove(which.index(under_way.len()));
                    breaker.abandon(pass, time);
                    model.give_up(era, now);
                }
                Step::Wait(milliseconds) => now += milliseconds,
                Step::End(..) | Step::GiveUp(_) => {}
            }
        }
    }
}
