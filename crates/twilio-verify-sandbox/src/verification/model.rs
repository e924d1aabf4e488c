//! A second, independent implementation of the rules of verifications. It stores all events and derives every
//! answer from them. Property tests compare it with the ledger and with a running server.

use proptest::prelude::*;

use super::{Status, VerificationError};

/// The number of services that receive requests.
pub(crate) const SERVICES: usize = 2;
/// The recipients.
pub(crate) const NUMBERS: [&str; 2] = ["+12015550101", "+12015550102"];

/// A request or a change of the clock.
#[derive(Clone, Debug)]
pub(crate) enum Step {
    /// Starts a verification or resends its code.
    Start { service: usize, to: usize },
    /// Checks a code.
    Check { target: Target, guess: Guess },
    /// Sets the status of a verification.
    End { target: Target, status: Status },
    /// Fetches a verification.
    Fetch { target: Target },
    /// Lets this many seconds of real time pass.
    Pass(i64),
    /// Advances the clock by this many seconds.
    Advance(i64),
    /// Resets the clock to real time.
    Reset,
}

/// The verification that a request names.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Target {
    /// The position among all verifications. 0 is the newest.
    back: usize,
    /// Whether the request names the SID. Otherwise it names the number, which means its newest verification.
    by_sid: bool,
    /// Whether the request goes to the other service.
    in_other_service: bool,
}

/// The code of a check.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Guess {
    /// The right code.
    Right,
    /// A code that was never sent.
    Wrong,
    /// The code of the previous verification of the same service and number.
    Previous,
    /// The newest code of all.
    Newest,
}

/// Generates steps. Clock steps are multiples of `unit` seconds.
pub(crate) fn steps(unit: i64) -> impl Strategy<Value = Vec<Step>> {
    let seconds = move || {
        let edges = prop_oneof![Just(1_i64), Just(599), Just(600), Just(601), 0..700_i64];
        edges.prop_map(move |seconds| seconds / unit * unit)
    };
    let target = || {
        let back = prop_oneof![3 => Just(0_usize), 1 => 0..4_usize];
        let parts = (back, any::<bool>(), prop::bool::weighted(0.1));
        parts.prop_map(|(back, by_sid, in_other_service)| Target { back, by_sid, in_other_service })
    };
    let guess = prop_oneof![
        3 => Just(Guess::Right), 6 => Just(Guess::Wrong), 2 => Just(Guess::Previous), 1 => Just(Guess::Newest)
    ];
    let status = prop_oneof![Just(Status::Canceled), Just(Status::Approved)];
    let step = prop_oneof![
        6 => (0..SERVICES, 0..NUMBERS.len()).prop_map(|(service, to)| Step::Start { service, to }),
        9 => (target(), guess).prop_map(|(target, guess)| Step::Check { target, guess }),
        2 => (target(), status).prop_map(|(target, status)| Step::End { target, status }),
        2 => target().prop_map(|target| Step::Fetch { target }),
        1 => seconds().prop_map(Step::Pass),
        2 => seconds().prop_map(Step::Advance),
        1 => Just(Step::Reset),
    ];
    prop::collection::vec(step, 1..80)
}

/// The SID and status of a verification.
pub(crate) type SidAndStatus = (String, Status);

/// An implementation under test.
pub(crate) trait Subject {
    /// Starts a verification or resends its code. Also returns the code.
    fn start(&mut self, service: usize, to: &str) -> Result<(SidAndStatus, String), VerificationError>;
    /// Checks a code of the verification with SID or number `key`.
    fn check(&mut self, service: usize, key: &str, code: &str) -> Result<SidAndStatus, VerificationError>;
    /// Sets the status of a verification.
    fn end(&mut self, service: usize, key: &str, status: Status) -> Result<SidAndStatus, VerificationError>;
    /// Fetches a verification.
    fn fetch(&mut self, service: usize, key: &str) -> Result<SidAndStatus, VerificationError>;
    /// Lets real time pass.
    fn pass(&mut self, seconds: i64);
    /// Advances the clock.
    fn advance(&mut self, seconds: i64);
    /// Resets the clock to real time.
    fn reset(&mut self);
}

/// A verification as it was created.
#[derive(Clone, Debug)]
pub(crate) struct ModelVerification {
    pub(crate) sid: String,
    pub(crate) code: String,
    pub(crate) service: usize,
    pub(crate) to: usize,
    /// The time of creation.
    pub(crate) created_at: i64,
    /// The number of earlier events.
    pub(crate) first_event: usize,
}

/// An event. Verifications are identified by their index.
#[derive(Clone, Debug, PartialEq)]
enum Event {
    Sent(usize),
    Checked {
        verification: usize,
        is_right: bool,
    },
    Ended(usize, Status),
    /// The clock shows this time from now on.
    Clock(i64),
}

/// The model.
#[derive(Debug, Default)]
pub(crate) struct Model {
    events: Vec<Event>,
    /// All verifications, oldest first.
    pub(crate) verifications: Vec<ModelVerification>,
    real: i64,
    offset: i64,
}

impl Model {
    /// Returns the time of the clock.
    pub(crate) fn now(&self) -> i64 {
        self.real + self.offset
    }

    /// Applies a clock step.
    pub(crate) fn move_clock(&mut self, step: &Step) {
        match step {
            Step::Pass(seconds) => self.real += seconds,
            Step::Advance(seconds) => self.offset += seconds,
            _ => self.offset = 0,
        }
        self.events.push(Event::Clock(self.now()));
    }

    /// Returns the service, the key and the verification that a request names, or `None` if there is no
    /// verification.
    pub(crate) fn resolve(&self, target: Target) -> Option<(usize, String, Option<usize>)> {
        let index = self.verifications.len().checked_sub(target.back + 1)?;
        let ModelVerification { sid, service, to, .. } = &self.verifications[index];
        let service = if target.in_other_service { (service + 1) % SERVICES } else { *service };
        if target.by_sid {
            return Some((service, sid.clone(), (!target.in_other_service).then_some(index)));
        }
        Some((service, NUMBERS[*to].to_owned(), self.newest(service, *to)))
    }

    /// Returns the code of a guess.
    pub(crate) fn code(&self, guess: Guess, named: Option<usize>) -> String {
        let code_of = |index: usize| self.verifications[index].code.clone();
        let wrong = || "999999".to_owned();
        match (guess, named) {
            (Guess::Right, Some(index)) => code_of(index),
            (Guess::Previous, Some(index)) => {
                let ModelVerification { service, to, .. } = self.verifications[index];
                let previous = self.verifications[..index]
                    .iter()
                    .rposition(|other| (other.service, other.to) == (service, to));
                previous.map_or_else(wrong, code_of)
            }
            (Guess::Newest, _) => self.verifications.last().map_or_else(wrong, |newest| newest.code.clone()),
            _ => wrong(),
        }
    }

    /// Returns the expected result of a start: the verification to resend, or `None` for a new one.
    pub(crate) fn start(&mut self, service: usize, to: usize) -> Result<Option<usize>, VerificationError> {
        let Some(open) = self.newest(service, to).filter(|index| self.is_open(*index)) else {
            return Ok(None);
        };
        if self.checks(open) == 5 {
            return Err(VerificationError::TooManyChecks);
        }
        if self.events.iter().filter(|event| **event == Event::Sent(open)).count() == 5 {
            return Err(VerificationError::TooManySends);
        }
        self.events.push(Event::Sent(open));
        Ok(Some(open))
    }

    /// Adds a verification that the subject created.
    pub(crate) fn add(&mut self, service: usize, to: usize, sid: String, code: String) {
        let created_at = self.now();
        let first_event = self.events.len();
        self.events.push(Event::Sent(self.verifications.len()));
        self.verifications.push(ModelVerification { sid, code, service, to, created_at, first_event });
    }

    /// Returns the expected result of a check.
    pub(crate) fn check(&mut self, named: Option<usize>, code: &str) -> Result<Status, VerificationError> {
        let verification = named.filter(|index| self.is_open(*index)).ok_or(VerificationError::NotFound)?;
        if self.checks(verification) == 5 {
            return Err(VerificationError::TooManyChecks);
        }
        let is_right = self.verifications[verification].code == code;
        self.events.push(Event::Checked { verification, is_right });
        Ok(if is_right { Status::Approved } else { Status::Pending })
    }

    /// Returns the expected result of setting the status.
    pub(crate) fn end(&mut self, named: Option<usize>, status: Status) -> Result<Status, VerificationError> {
        let index = named.filter(|index| self.is_open(*index)).ok_or(VerificationError::NotFound)?;
        self.events.push(Event::Ended(index, status));
        Ok(status)
    }

    /// Returns the expected result of a fetch.
    pub(crate) fn fetch(&self, named: Option<usize>) -> Result<Status, VerificationError> {
        match named {
            Some(index) if self.is_open(index) => Ok(Status::Pending),
            Some(index) if self.events.contains(&Event::Ended(index, Status::Canceled)) => {
                Ok(Status::Canceled)
            }
            _ => Err(VerificationError::NotFound),
        }
    }

    fn newest(&self, service: usize, to: usize) -> Option<usize> {
        self.verifications.iter().rposition(|other| (other.service, other.to) == (service, to))
    }

    /// Returns whether no event ended the verification and the clock was always within its ten minutes.
    fn is_open(&self, index: usize) -> bool {
        let ModelVerification { created_at, first_event, .. } = self.verifications[index];
        self.events[first_event..].iter().all(|event| match event {
            Event::Sent(_) => true,
            Event::Checked { verification, is_right } => *verification != index || !is_right,
            Event::Ended(ended, _) => *ended != index,
            Event::Clock(now) => (created_at..created_at + 600).contains(now),
        })
    }

    fn checks(&self, index: usize) -> usize {
        let is_check =
            |event: &&Event| matches!(event, Event::Checked { verification, .. } if *verification == index);
        self.events.iter().filter(is_check).count()
    }
}
