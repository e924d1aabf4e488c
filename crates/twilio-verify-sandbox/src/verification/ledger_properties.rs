//! Compares the ledger with the model: no sequence of requests gains an extra guess.

use std::sync::LazyLock;

use chrono::{DateTime, TimeDelta, Utc};
use proptest::prelude::*;

use super::ledger::{Ledger, NewVerification};
use super::model::{SERVICES, SidAndStatus, Subject, steps};
use super::model_check::run_steps;
use super::{SendAttempt, Status, Verification, VerificationError};
use crate::phone::channel::Channel;

static SERVICE_SIDS: LazyLock<[String; SERVICES]> =
    LazyLock::new(|| std::array::from_fn(|service| format!("VA{service}")));

/// A ledger with a clock.
#[derive(Default)]
struct TestedLedger {
    ledger: Ledger,
    starts: usize,
    real: i64,
    offset: i64,
}

impl TestedLedger {
    fn now(&self) -> DateTime<Utc> {
        at(self.real + self.offset)
    }
}

fn at(seconds: i64) -> DateTime<Utc> {
    DateTime::UNIX_EPOCH + TimeDelta::seconds(seconds)
}

fn sid_and_status(verification: &Verification) -> SidAndStatus {
    (verification.sid.clone(), verification.status)
}

impl Subject for TestedLedger {
    fn start(&mut self, service: usize, to: &str) -> Result<(SidAndStatus, String), VerificationError> {
        let send = SendAttempt {
            attempt_sid: String::new(),
            channel: Channel::Sms,
            locale: String::new(),
            payment: None,
            at: self.now(),
        };
        let new = NewVerification { sid: format!("VE{}", self.starts), code: format!("{:06}", self.starts) };
        self.starts += 1;
        let verification = self.ledger.start(&SERVICE_SIDS[service], to, send, new)?;
        Ok((sid_and_status(verification), verification.code.clone()))
    }

    fn check(&mut self, service: usize, key: &str, code: &str) -> Result<SidAndStatus, VerificationError> {
        self.ledger.check(&SERVICE_SIDS[service], key, code, self.now()).map(sid_and_status)
    }

    fn end(&mut self, service: usize, key: &str, status: Status) -> Result<SidAndStatus, VerificationError> {
        self.ledger.end(&SERVICE_SIDS[service], key, status, self.now()).map(sid_and_status)
    }

    fn fetch(&mut self, service: usize, key: &str) -> Result<SidAndStatus, VerificationError> {
        self.ledger.fetch(&SERVICE_SIDS[service], key, self.now()).map(sid_and_status)
    }

    fn pass(&mut self, seconds: i64) {
        self.real += seconds;
    }

    fn advance(&mut self, seconds: i64) {
        self.offset += seconds;
    }

    fn reset(&mut self) {
        let moved = self.now();
        self.offset = 0;
        self.ledger.rewind(moved, at(self.real));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_024, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_sequence_of_requests_gains_an_extra_guess(steps in steps(1)) {
        run_steps(&mut TestedLedger::default(), &steps);
    }
}
