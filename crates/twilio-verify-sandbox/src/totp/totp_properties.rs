//! Property test: no sequence of codes, waits and clock resets makes a factor accept a code twice or outside
//! the skew.

use std::collections::HashSet;

use chrono::{DateTime, TimeDelta, Utc};
use proptest::prelude::*;

use super::algorithm::Algorithm;
use super::config::TotpConfig;
use super::factor::Factor;
use super::factor_form::{FactorUpdate, NewFactor};

/// The real time, to which the clock is reset.
const REAL: i64 = 1_800_000_000;

#[derive(Clone, Debug)]
enum Step {
    /// Sends the code of a step at this distance from the current one.
    Offer(i64),
    /// Sends an accepted code again. 0 is the last one.
    Replay(usize),
    Wait(i64),
    ResetClock,
    /// Changes the skew and the length of a step.
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
        1 => Just(Step::ResetClock),
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
    fn no_code_is_accepted_twice_or_outside_the_skew(steps in prop::collection::vec(step(), 1..400)) {
        // With eight digits, two steps of a run rarely have the same code.
        let mut config = TotpConfig { alg: Algorithm::Sha1, skew: 1, code_length: 8, time_step: 30 };
        let secret = b"12345678901234567890".to_vec();
        let new = NewFactor { friendly_name: String::new(), secret, config, metadata: None };
        let mut factor = Factor::new("YF".into(), new, at(REAL));
        let mut now = REAL;
        let mut accepted = HashSet::new();
        let mut accepted_in_order = Vec::new();
        for step in steps {
            let counter = match step {
                Step::Wait(seconds) => {
                    now += seconds;
                    continue;
                }
                Step::ResetClock => {
                    factor.rewind(at(REAL));
                    now = REAL;
                    continue;
                }
                Step::Configure { skew, time_step } => {
                    config = TotpConfig { skew, time_step, ..config };
                    factor.update(FactorUpdate { code: None, friendly_name: None, config }, at(now)).unwrap();
                    continue;
                }
                Step::Offer(offset) => now / i64::from(config.time_step) + offset,
                Step::Replay(back) => match accepted_in_order.iter().rev().nth(back) {
                    Some((_, counter)) => *counter,
                    None => continue,
                },
            };
            let code = config.code(b"12345678901234567890", u64::try_from(counter).unwrap());
            let is_accepted = factor.accept_code(&code, at(now));
            let distance = (counter - now / i64::from(config.time_step)).abs();
            let key = (config.time_step, counter);
            if is_accepted {
                prop_assert!(distance <= i64::from(config.skew), "accepted outside the skew");
                prop_assert!(accepted.insert(key), "accepted twice");
                accepted_in_order.push(key);
            } else if accepted.len() < 128 {
                // With more, the factor may reject unused steps before the oldest stored one.
                let has_reason = distance > i64::from(config.skew) || accepted.contains(&key);
                prop_assert!(has_reason, "rejected without a reason");
            }
        }
    }
}
