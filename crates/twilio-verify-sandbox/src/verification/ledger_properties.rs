//! No order of requests, however odd, wins anybody a guess: the ledger against the model.

use std::sync::LazyLock;

use chrono::{DateTime, TimeDelta, Utc};
use proptest::prelude::*;

use super::ledger::{Fresh, Ledger};
use super::verification_history::play;
use super::verification_model::{SERVICES, Subject, Told, steps};
use super::{Refusal, Send, Status, Verification};
use crate::phone::channel::Channel;

static SERVICE_SIDS: LazyLock<[String; SERVICES]> =
    LazyLock::new(|| std::array::from_fn(|service| format!("VA{service}")));

/// A ledger with a clock.
#[derive(Default)]
struct Played {
    ledger: Ledger,
    begun: usize,
    real: i64,
    ahead: i64,
}

impl Played {
    fn now(&self) -> DateTime<Utc> {
        at(self.real + self.ahead)
    }
}

fn at(seconds: i64) -> DateTime<Utc> {
    DateTime::UNIX_EPOCH + TimeDelta::seconds(seconds)
}

fn told(verification: &Verification) -> Told {
    (verification.sid.clone(), verification.status)
}

impl Subject for Played {
    fn start(&mut self, service: usize, to: &str) -> Result<(Told, String), Refusal> {
        let send = Send {
            attempt_sid: String::new(),
            channel: Channel::Sms,
            locale: String::new(),
            payment: None,
            at: self.now(),
        };
        let fresh = Fresh { sid: format!("VE{}", self.begun), code: format!("{:06}", self.begun) };
        self.begun += 1;
        let started = self.ledger.start(&SERVICE_SIDS[service], to, send, fresh)?;
        Ok((told(started), started.code.clone()))
    }

    fn check(&mut self, service: usize, key: &str, code: &str) -> Result<Told, Refusal> {
        self.ledger.check(&SERVICE_SIDS[service], key, code, self.now()).map(told)
    }

    fn end(&mut self, service: usize, key: &str, status: Status) -> Result<Told, Refusal> {
        self.ledger.end(&SERVICE_SIDS[service], key, status, self.now()).map(told)
    }

    fn fetch(&mut self, service: usize, key: &str) -> Result<Told, Refusal> {
        self.ledger.fetch(&SERVICE_SIDS[service], key, self.now()).map(told)
    }

    fn pass(&mut self, seconds: i64) {
        self.real += seconds;
    }

    fn advance(&mut self, seconds: i64) {
        self.ahead += seconds;
    }

    fn reset(&mut self) {
        let moved = self.now();
        self.ahead = 0;
        self.ledger.rewind(moved, at(self.real));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_024, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_sequence_of_requests_gains_an_extra_guess(steps in steps(1)) {
        play(&mut Played::default(), &steps);
    }
}
