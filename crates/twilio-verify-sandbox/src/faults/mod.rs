//! The faults in force, and how often each was hit. Pure.

pub(crate) mod fault;
pub(crate) mod journal;
pub(crate) mod numbers;
pub(crate) mod request_info;

use fault::{Effect, Settings};
use request_info::RequestInfo;

/// How many faults there may be. Of those that can hit nothing any more the oldest go first; the others stay, since
/// a fault that vanished would turn a test of it green.
pub(crate) const CAPACITY: usize = 1_000;

/// A fault that was made.
#[derive(Clone, Debug)]
pub(crate) struct Fault {
    /// Names it; no number is used twice.
    pub(crate) number: u64,
    /// What it was made with.
    pub(crate) settings: Settings,
    /// Requests that it has hit.
    pub(crate) hits: u64,
    /// Requests that it has let pass.
    passed: u64,
}

/// A request was hit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Hit {
    /// The fault's number.
    pub(crate) number: u64,
    /// What happens to the request.
    pub(crate) effect: Effect,
}

/// [`CAPACITY`] faults are waiting for a request.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct TooMany;

/// Every fault.
#[derive(Debug, Default)]
pub(crate) struct Faults {
    oldest_first: Vec<Fault>,
    made: u64,
    changes: u64,
}

impl Fault {
    fn is_spent(&self) -> bool {
        self.hits >= self.settings.times
    }
}

impl Faults {
    /// Makes a fault.
    ///
    /// # Errors
    /// When there are too many that still wait for a request.
    pub(crate) fn make(&mut self, settings: Settings) -> Result<Fault, TooMany> {
        if self.oldest_first.len() >= CAPACITY {
            let spent = self.oldest_first.iter().position(Fault::is_spent).ok_or(TooMany)?;
            self.oldest_first.remove(spent);
        }
        self.made += 1;
        self.changes += 1;
        let fault = Fault { number: self.made, settings, hits: 0, passed: 0 };
        self.oldest_first.push(fault.clone());
        Ok(fault)
    }

    /// The fault that this request meets: the oldest one that covers it, has let enough pass, and is not spent. One
    /// that lets it pass counts that, and the next one has its turn.
    pub(crate) fn meet(&mut self, asked: &RequestInfo) -> Option<Hit> {
        for fault in
            self.oldest_first.iter_mut().filter(|fault| !fault.is_spent() && fault.settings.cover(asked))
        {
            if fault.passed < fault.settings.after {
                fault.passed += 1;
                continue;
            }
            fault.hits += 1;
            self.changes += 1;
            return Some(Hit { number: fault.number, effect: fault.settings.effect });
        }
        None
    }

    /// Every fault that was made for this number or address, and this account, oldest first; `None` for all.
    pub(crate) fn made_for<'a>(
        &'a self,
        to: Option<&'a str>,
        account: Option<&'a str>,
    ) -> impl Iterator<Item = &'a Fault> {
        self.oldest_first.iter().filter(move |fault| fault.is_for(to, account))
    }

    /// The fault of that number.
    pub(crate) fn get(&self, number: u64) -> Option<&Fault> {
        self.oldest_first.iter().find(|fault| fault.number == number)
    }

    /// How often what [`Self::made_for`] tells has changed.
    pub(crate) fn changes(&self) -> u64 {
        self.changes
    }

    /// Removes the fault of that number; whether there was one.
    pub(crate) fn remove(&mut self, number: u64) -> bool {
        self.changes += 1;
        let before = self.oldest_first.len();
        self.oldest_first.retain(|fault| fault.number != number);
        self.oldest_first.len() < before
    }

    /// Removes what [`Self::made_for`] tells.
    pub(crate) fn forget(&mut self, to: Option<&str>, account: Option<&str>) {
        self.changes += 1;
        self.oldest_first.retain(|fault| !fault.is_for(to, account));
    }
}

impl Fault {
    fn is_for(&self, to: Option<&str>, account: Option<&str>) -> bool {
        to.is_none_or(|to| self.settings.to.as_deref() == Some(to))
            && account.is_none_or(|account| self.settings.account.as_deref() == Some(account))
    }
}

#[cfg(test)]
mod tests {
    use super::request_info::OperationFilter;
    use super::*;

    fn settings(effect: Effect) -> Settings {
        Settings { operation: OperationFilter::Any, effect, times: 1, after: 0, to: None, account: None }
    }

    fn start() -> RequestInfo {
        RequestInfo {
            account_sid: "AC".into(),
            operation_id: Some("CreateVerification"),
            to: Some("+1".into()),
        }
    }

    fn met(faults: &mut Faults) -> Option<u64> {
        faults.meet(&start()).map(|hit| hit.number)
    }

    #[test]
    fn the_oldest_wins_until_it_is_spent() {
        let mut faults = Faults::default();
        faults.make(Settings { times: 2, ..settings(Effect::Drop) }).unwrap();
        faults.make(settings(Effect::Malformed)).unwrap();
        assert_eq!([met(&mut faults), met(&mut faults)], [Some(1), Some(1)]);
        assert_eq!(faults.meet(&start()), Some(Hit { number: 2, effect: Effect::Malformed }));
        assert_eq!(met(&mut faults), None);
        assert_eq!((faults.get(1).unwrap().hits, faults.get(2).unwrap().hits), (2, 1));
    }

    #[test]
    fn as_many_pass_as_were_asked_for_and_may_meet_another() {
        let mut faults = Faults::default();
        faults.make(Settings { after: 2, ..settings(Effect::Drop) }).unwrap();
        faults.make(settings(Effect::Malformed)).unwrap();
        let hits: Vec<_> = (0..4).map(|_| met(&mut faults)).collect();
        assert_eq!(hits, [Some(2), None, Some(1), None]);
    }

    #[test]
    fn faults_are_found_and_removed_by_whom_they_are_for() {
        let mut faults = Faults::default();
        faults.make(settings(Effect::Drop)).unwrap();
        faults.make(Settings { to: Some("+1".into()), ..settings(Effect::Drop) }).unwrap();
        faults.make(Settings { account: Some("AC".into()), ..settings(Effect::Drop) }).unwrap();
        let numbers = |faults: &Faults, to, account| -> Vec<u64> {
            faults.made_for(to, account).map(|fault| fault.number).collect()
        };
        assert_eq!(numbers(&faults, None, None), [1, 2, 3]);
        assert_eq!(numbers(&faults, Some("+1"), None), [2]);
        assert!(numbers(&faults, Some("+1"), Some("AC")).is_empty());
        faults.forget(None, Some("AC"));
        assert_eq!(numbers(&faults, None, None), [1, 2]);
        assert!(faults.remove(1) && !faults.remove(1));
        faults.forget(None, None);
        assert!(numbers(&faults, None, None).is_empty());
        assert_eq!(faults.make(settings(Effect::Drop)).unwrap().number, 4);
    }

    #[test]
    fn whatever_is_told_differently_counts_as_a_change() {
        let mut faults = Faults::default();
        let mut seen = faults.changes();
        let mut changed =
            |faults: &Faults| std::mem::replace(&mut seen, faults.changes()) != faults.changes();
        faults.make(Settings { after: 1, ..settings(Effect::Drop) }).unwrap();
        assert!(changed(&faults) && !changed(&faults));
        assert_eq!((met(&mut faults), changed(&faults)), (None, false));
        assert_eq!((met(&mut faults), changed(&faults)), (Some(1), true));
        assert!(faults.remove(1) && changed(&faults));
        faults.make(settings(Effect::Drop)).unwrap();
        changed(&faults);
        faults.forget(None, None);
        assert!(changed(&faults));
    }

    #[test]
    fn spent_ones_make_room_and_the_others_do_not() {
        let mut faults = Faults::default();
        (0..CAPACITY).for_each(|_| drop(faults.make(settings(Effect::Drop)).unwrap()));
        assert_eq!(faults.make(settings(Effect::Drop)).unwrap_err(), TooMany);
        met(&mut faults);
        faults.make(settings(Effect::Drop)).unwrap();
        assert_eq!((faults.oldest_first.len(), faults.get(1).is_none()), (CAPACITY, true));
    }
}
