//! No order of requests, however odd, wins anybody a guess. Each step's outcome is compared with a small
//! model, and the three promises are checked against the history alone, so that they do not rest on the model.

use chrono::{DateTime, TimeDelta, Utc};
use proptest::prelude::*;

use super::channel::Channel;
use super::ledger::{Fresh, Ledger};
use super::verification::{Refusal, Send, Status};

const SERVICE: &str = "VA";

#[derive(Clone, Debug)]
enum Step {
    Start {
        to: u8,
    },
    /// `back` counts verifications of all recipients, newest first; `by_sid` or by recipient.
    Check {
        back: usize,
        by_sid: bool,
        right: bool,
    },
    End {
        back: usize,
        status: Status,
    },
    Wait {
        seconds: u16,
    },
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => (0..2_u8).prop_map(|to| Step::Start { to }),
        6 => (0..4_usize, any::<bool>(), prop::bool::weighted(0.3))
            .prop_map(|(back, by_sid, right)| Step::Check { back, by_sid, right }),
        1 => (0..3_usize, prop_oneof![Just(Status::Canceled), Just(Status::Approved)])
            .prop_map(|(back, status)| Step::End { back, status }),
        2 => (0..700_u16).prop_map(|seconds| Step::Wait { seconds }),
    ]
}

/// What the model knows of a verification.
#[derive(Clone, Debug)]
struct Known {
    to: u8,
    begun: i64,
    sends: u8,
    checks: u8,
    over: bool,
}

impl Known {
    fn open(&self, now: i64) -> bool {
        !self.over && now - self.begun < 600
    }
}

/// An answer that was accepted or looked at: which verification, when, whether it was approved.
type History = Vec<(usize, i64, bool)>;

fn at(seconds: i64) -> DateTime<Utc> {
    DateTime::UNIX_EPOCH + TimeDelta::seconds(seconds)
}

fn code(n: usize) -> String {
    format!("{n:06}")
}

fn run(steps: Vec<Step>) -> (Vec<Known>, History) {
    let (mut ledger, mut model, mut history) = (Ledger::default(), Vec::<Known>::new(), History::new());
    let mut now = 0_i64;
    for step in steps {
        match step {
            Step::Wait { seconds } => now += i64::from(seconds),
            Step::Start { to } => {
                let next = model.len();
                let send = Send {
                    attempt_sid: String::new(),
                    channel: Channel::Sms,
                    locale: String::new(),
                    payment: None,
                    at: at(now),
                };
                let fresh = Fresh { sid: format!("VE{next}"), code: code(next) };
                let outcome = ledger.start(SERVICE, &to.to_string(), send, fresh).map(|v| v.sid.clone());
                let expected = match model.iter().rposition(|known| known.to == to && known.open(now)) {
                    None => {
                        model.push(Known { to, begun: now, sends: 1, checks: 0, over: false });
                        Ok(format!("VE{next}"))
                    }
                    Some(open) if model[open].checks == 5 => Err(Refusal::TooManyChecks),
                    Some(open) if model[open].sends == 5 => Err(Refusal::TooManySends),
                    Some(open) => {
                        model[open].sends += 1;
                        Ok(format!("VE{open}"))
                    }
                };
                assert_eq!(outcome, expected);
            }
            Step::Check { back, by_sid, right } => {
                let Some(mut target) = model.len().checked_sub(back + 1) else { continue };
                let to = model[target].to;
                if !by_sid {
                    target = model.iter().rposition(|known| known.to == to).unwrap();
                }
                let key = if by_sid { format!("VE{target}") } else { to.to_string() };
                let answer = if right { code(target) } else { "wrong".into() };
                let outcome =
                    ledger.check(SERVICE, &key, &answer, at(now)).map(|v| v.status == Status::Approved);
                if let Ok(approved) = outcome {
                    history.push((target, now, approved));
                }
                let known = &mut model[target];
                let expected = if !known.open(now) {
                    Err(Refusal::NotFound)
                } else if known.checks == 5 {
                    Err(Refusal::TooManyChecks)
                } else {
                    known.checks += 1;
                    known.over = right;
                    Ok(right)
                };
                assert_eq!(outcome, expected);
            }
            Step::End { back, status } => {
                let Some(target) = model.len().checked_sub(back + 1) else { continue };
                let outcome = ledger.end(SERVICE, &format!("VE{target}"), status, at(now)).map(|v| v.status);
                let expected = if model[target].open(now) { Ok(status) } else { Err(Refusal::NotFound) };
                model[target].over |= expected.is_ok();
                assert_eq!(outcome, expected);
            }
        }
    }
    (model, history)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_sequence_wins_a_guess(steps in prop::collection::vec(step(), 1..80)) {
        let (model, history) = run(steps);
        for (target, known) in model.iter().enumerate() {
            let answers: Vec<_> = history.iter().filter(|(of, ..)| *of == target).collect();
            prop_assert!(answers.len() <= 5, "a sixth check was looked at");
            let approvals = answers.iter().filter(|(_, _, approved)| *approved).count();
            prop_assert!(approvals <= 1, "a code was accepted twice");
            prop_assert!(approvals == 0 || answers.last().unwrap().2, "an answer was looked at after the approval");
            prop_assert!(answers.iter().all(|(_, when, _)| when - known.begun < 600), "looked at after ten minutes");
        }
    }
}
