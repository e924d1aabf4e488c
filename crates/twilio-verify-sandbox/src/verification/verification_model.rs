//! What verifications must do, said a second time and otherwise: a list of all that happened, from which every answer is
//! found anew. The tests play sequences of requests against it and against the ledger, or a whole server.

use proptest::prelude::*;

use super::{Refusal, Status};

/// Services that the requests go to.
pub(crate) const SERVICES: usize = 2;
/// Numbers that they are about.
pub(crate) const NUMBERS: [&str; 2] = ["+12015550101", "+12015550102"];

/// A request, or what the clock does.
#[derive(Clone, Debug)]
pub(crate) enum Step {
    /// A start, or a resend.
    Start { service: usize, to: usize },
    /// A check.
    Check { target: Target, guess: Guess },
    /// The caller's word.
    End { target: Target, status: Status },
    /// A look.
    Fetch { target: Target },
    /// Seconds of real time go by.
    Pass(i64),
    /// Somebody moves the clock forward by so many seconds.
    Advance(i64),
    /// Somebody puts the clock back to real time.
    Reset,
}

/// Which verification a request names.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Target {
    /// So many before the newest of all.
    back: usize,
    /// By its SID; otherwise by its number, which is to say the newest of that number.
    by_sid: bool,
    /// In the other service.
    elsewhere: bool,
}

/// Which code comes.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Guess {
    /// The one that was sent.
    Right,
    /// One that was never sent.
    Wrong,
    /// The one before it, of the same service and number.
    Old,
    /// The newest one of all, whomever it went to.
    Newest,
}

/// Steps of which those of the clock are multiples of `unit` seconds, or anything where that is 1.
pub(crate) fn steps(unit: i64) -> impl Strategy<Value = Vec<Step>> {
    let seconds = move || {
        let edges = prop_oneof![Just(1_i64), Just(599), Just(600), Just(601), 0..700_i64];
        edges.prop_map(move |seconds| seconds / unit * unit)
    };
    let target = || {
        let back = prop_oneof![3 => Just(0_usize), 1 => 0..4_usize];
        let parts = (back, any::<bool>(), prop::bool::weighted(0.1));
        parts.prop_map(|(back, by_sid, elsewhere)| Target { back, by_sid, elsewhere })
    };
    let guess = prop_oneof![
        3 => Just(Guess::Right), 6 => Just(Guess::Wrong), 2 => Just(Guess::Old), 1 => Just(Guess::Newest)
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

/// What is asked and what answers: it tells the verification's SID and status.
pub(crate) trait Subject {
    /// A start. The code is told besides.
    fn start(&mut self, service: usize, to: &str) -> Result<(Told, String), Refusal>;
    /// A check of the verification that `key` names.
    fn check(&mut self, service: usize, key: &str, code: &str) -> Result<Told, Refusal>;
    /// Its end by the caller's word.
    fn end(&mut self, service: usize, key: &str, status: Status) -> Result<Told, Refusal>;
    /// A look at it.
    fn fetch(&mut self, service: usize, key: &str) -> Result<Told, Refusal>;
    /// Real time goes by.
    fn pass(&mut self, seconds: i64);
    /// The clock is moved.
    fn advance(&mut self, seconds: i64);
    /// The clock is put back.
    fn reset(&mut self);
}

/// A verification's SID and status.
pub(crate) type Told = (String, Status);

/// A verification as it began.
#[derive(Clone, Debug)]
pub(crate) struct Begun {
    pub(crate) sid: String,
    pub(crate) code: String,
    pub(crate) service: usize,
    pub(crate) to: usize,
    /// What the clock showed.
    pub(crate) at: i64,
    /// How much had happened before.
    pub(crate) index: usize,
}

/// What happened, to the verification of that number in the order of their beginnings.
#[derive(Clone, Debug, PartialEq)]
enum Event {
    Sent(usize),
    Looked {
        at: usize,
        right: bool,
    },
    Ended(usize, Status),
    /// What the clock shows from now on.
    Clock(i64),
}

/// The second opinion.
#[derive(Debug, Default)]
pub(crate) struct Model {
    events: Vec<Event>,
    /// Every verification, oldest first.
    pub(crate) begun: Vec<Begun>,
    real: i64,
    ahead: i64,
}

impl Model {
    /// What the clock shows.
    pub(crate) fn now(&self) -> i64 {
        self.real + self.ahead
    }

    /// Moves the clock: real time goes by, or the clock is put ahead of it, or back to it.
    pub(crate) fn turn(&mut self, step: &Step) {
        match step {
            Step::Pass(seconds) => self.real += seconds,
            Step::Advance(seconds) => self.ahead += seconds,
            _ => self.ahead = 0,
        }
        self.events.push(Event::Clock(self.now()));
    }

    /// The service, the key and the verification that a request names, if any has begun.
    pub(crate) fn aim(&self, target: Target) -> Option<(usize, String, Option<usize>)> {
        let aimed = self.begun.len().checked_sub(target.back + 1)?;
        let begun = &self.begun[aimed];
        let service = if target.elsewhere { (begun.service + 1) % SERVICES } else { begun.service };
        if target.by_sid {
            return Some((service, begun.sid.clone(), (!target.elsewhere).then_some(aimed)));
        }
        Some((service, NUMBERS[begun.to].to_owned(), self.newest(service, begun.to)))
    }

    /// The code that a guess means.
    pub(crate) fn code(&self, guess: Guess, named: Option<usize>) -> String {
        let of = |index: usize| self.begun[index].code.clone();
        let wrong = || "999999".to_owned();
        match (guess, named) {
            (Guess::Right, Some(index)) => of(index),
            (Guess::Old, Some(index)) => {
                let (service, to) = (self.begun[index].service, self.begun[index].to);
                let old = self.begun[..index].iter().rposition(|one| (one.service, one.to) == (service, to));
                old.map_or_else(wrong, of)
            }
            (Guess::Newest, _) => self.begun.last().map_or_else(wrong, |newest| newest.code.clone()),
            _ => wrong(),
        }
    }

    /// What a start must lead to: a resend of an old one, or a new one.
    pub(crate) fn start(&mut self, service: usize, to: usize) -> Result<Option<usize>, Refusal> {
        let Some(open) = self.newest(service, to).filter(|index| self.is_open(*index)) else {
            return Ok(None);
        };
        if self.count(|event| matches!(event, Event::Looked { at, .. } if *at == open)) == 5 {
            return Err(Refusal::TooManyChecks);
        }
        if self.count(|event| *event == Event::Sent(open)) == 5 {
            return Err(Refusal::TooManySends);
        }
        self.events.push(Event::Sent(open));
        Ok(Some(open))
    }

    /// A new verification, which the subject has named.
    pub(crate) fn begin(&mut self, service: usize, to: usize, sid: String, code: String) {
        let (at, index) = (self.now(), self.events.len());
        self.events.push(Event::Sent(self.begun.len()));
        self.begun.push(Begun { sid, code, service, to, at, index });
    }

    /// What a check must lead to.
    pub(crate) fn check(&mut self, named: Option<usize>, code: &str) -> Result<Status, Refusal> {
        let at = named.filter(|index| self.is_open(*index)).ok_or(Refusal::NotFound)?;
        if self.count(|event| matches!(event, Event::Looked { at: other, .. } if *other == at)) == 5 {
            return Err(Refusal::TooManyChecks);
        }
        let right = self.begun[at].code == code;
        self.events.push(Event::Looked { at, right });
        Ok(if right { Status::Approved } else { Status::Pending })
    }

    /// What the caller's word must lead to.
    pub(crate) fn end(&mut self, named: Option<usize>, status: Status) -> Result<Status, Refusal> {
        let index = named.filter(|index| self.is_open(*index)).ok_or(Refusal::NotFound)?;
        self.events.push(Event::Ended(index, status));
        Ok(status)
    }

    /// What a look must show.
    pub(crate) fn fetch(&self, named: Option<usize>) -> Result<Status, Refusal> {
        match named {
            Some(index) if self.is_open(index) => Ok(Status::Pending),
            Some(index) if self.events.contains(&Event::Ended(index, Status::Canceled)) => {
                Ok(Status::Canceled)
            }
            _ => Err(Refusal::NotFound),
        }
    }

    fn newest(&self, service: usize, to: usize) -> Option<usize> {
        self.begun.iter().rposition(|one| (one.service, one.to) == (service, to))
    }

    /// It is open as long as nothing closed it, and the clock has at no time shown what is not one of its ten minutes.
    fn is_open(&self, index: usize) -> bool {
        let begun = &self.begun[index];
        self.events[begun.index..].iter().all(|event| match event {
            Event::Sent(_) => true,
            Event::Looked { at, right } => *at != index || !right,
            Event::Ended(ended, _) => *ended != index,
            Event::Clock(now) => (begun.at..begun.at + 600).contains(now),
        })
    }

    fn count(&self, wanted: impl Fn(&Event) -> bool) -> usize {
        self.events.iter().filter(|event| wanted(event)).count()
    }
}
