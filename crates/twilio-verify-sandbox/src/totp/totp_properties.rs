//! No order of codes, waits and turns of the clock gets a factor to take a step's code twice, or one from outside the
//! skew. What must hold is checked against the history alone.

use std::collections::HashSet;

use chrono::{DateTime, TimeDelta, Utc};
use proptest::prelude::*;

use super::factor::Factor;
use super::factor_form::{FactorChange, NewFactor};
use super::{Algorithm, Config};

/// Real time, where the clock goes back to.
const REAL: i64 = 1_800_000_000;

#[derive(Clone, Debug)]
enum Step {
    /// The code of the step that is as far off as this.
    Offer(i64),
    /// The code that was taken so many takings ago.
    Replay(usize),
    Wait(i64),
    BackToRealTime,
    /// Another skew, or another length of a step and back.
    Configure {
        skew: u8,
        time_step: u8,
    },
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        6 => (-4..=4_i64).prop_map(Step::Offer),
        3 => (0..200_usize).prop_map(Step::Replay),
        3 => (0..100_i64).prop_map(Step::Wait),
        1 => Just(Step::BackToRealTime),
        1 => (0..=2_u8, prop_oneof![Just(30_u8), Just(20)])
            .prop_map(|(skew, time_step)| Step::Configure { skew, time_step }),
    ]
}

fn at(seconds: i64) -> DateTime<Utc> {
    DateTime::UNIX_EPOCH + TimeDelta::seconds(seconds)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_code_is_taken_twice_or_from_outside_the_skew(steps in prop::collection::vec(step(), 1..400)) {
        // Eight digits: two steps of one run hardly ever have the same code.
        let mut config = Config { alg: Algorithm::Sha1, skew: 1, code_length: 8, time_step: 30 };
        let new = NewFactor { friendly_name: String::new(), secret: b"12345678901234567890".to_vec(), config, metadata: None };
        let mut factor = Factor::new("YF".into(), new, at(REAL));
        let (mut now, mut taken, mut order) = (REAL, HashSet::new(), Vec::new());
        for step in steps {
            let counter = match step {
                Step::Wait(seconds) => {
                    now += seconds;
                    continue;
                }
                Step::BackToRealTime => {
                    factor.turn_back(at(REAL));
                    now = REAL;
                    continue;
                }
                Step::Configure { skew, time_step } => {
                    config = Config { skew, time_step, ..config };
                    factor.update(FactorChange { code: None, friendly_name: None, config }, at(now)).unwrap();
                    continue;
                }
                Step::Offer(off) => now / i64::from(config.time_step) + off,
                Step::Replay(back) => match order.iter().rev().nth(back) {
                    Some((_, counter)) => *counter,
                    None => continue,
                },
            };
            let code = config.code(b"12345678901234567890", u64::try_from(counter).unwrap());
            let was_taken = factor.accept(&code, at(now));
            let off = (counter - now / i64::from(config.time_step)).abs();
            let key = (config.time_step, counter);
            if was_taken {
                prop_assert!(off <= i64::from(config.skew), "taken from outside the skew");
                prop_assert!(taken.insert(key), "taken twice");
                order.push(key);
            } else if taken.len() < 128 {
                // With more, steps before the oldest that is remembered are refused untaken.
                prop_assert!(off > i64::from(config.skew) || taken.contains(&key), "refused without a reason");
            }
        }
    }
}
