//! The active faults and their hits. Pure: no I/O and no clock.

pub(crate) mod effect;
pub(crate) mod journal;
pub(crate) mod new_fault;
pub(crate) mod numbers;
pub(crate) mod operation_filter;
pub(crate) mod recorded_request;
pub(crate) mod request_info;

use std::fmt;

use effect::Effect;
use new_fault::NewFault;
use operation_filter::OperationFilter;
use request_info::RequestInfo;

/// The maximum number of faults. The oldest used-up fault is evicted first. A fault that can still hit is
/// never evicted, because the test that made it would pass without it.
pub(crate) const CAPACITY: usize = 1_000;

/// Identifies a fault. No two faults of a sandbox have the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct FaultId(pub(crate) u64);

impl fmt::Display for FaultId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}

/// A fault, and how often it had hit when it was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    id: FaultId,
    pub(crate) settings: NewFault,
    hits: u64,
    /// Requests that it covered and let pass.
    passed: u64,
}

impl Fault {
    /// Returns its identifier.
    pub fn id(&self) -> FaultId {
        self.id
    }

    /// Returns how many requests it has hit.
    pub fn hits(&self) -> u64 {
        self.hits
    }

    /// Returns how many requests it hits in total.
    pub fn times(&self) -> u64 {
        self.settings.times
    }

    /// Returns how many requests it lets pass first.
    pub fn after(&self) -> u64 {
        self.settings.after
    }

    /// Returns the operations that it covers.
    pub fn operation(&self) -> OperationFilter {
        self.settings.operation
    }

    /// Returns what it does to a request.
    pub fn effect(&self) -> Effect {
        self.settings.effect
    }

    /// Returns the phone number or email address that it is limited to.
    pub fn to(&self) -> Option<&str> {
        self.settings.to.as_deref()
    }

    /// Returns the account that it is limited to.
    pub fn account(&self) -> Option<&str> {
        self.settings.account.as_deref()
    }

    /// Returns whether it has hit [`Self::times`] requests.
    pub fn is_used_up(&self) -> bool {
        self.hits >= self.settings.times
    }

    fn is_limited_to(&self, to: Option<&str>, account: Option<&str>) -> bool {
        to.is_none_or(|to| self.to() == Some(to))
            && account.is_none_or(|account| self.account() == Some(account))
    }
}

/// A request that a fault hits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Hit {
    /// The fault.
    pub(crate) fault_id: FaultId,
    /// What happens to the request.
    pub(crate) effect: Effect,
}

/// The error that [`CAPACITY`] faults can still hit.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct TooManyFaults;

/// All faults.
#[derive(Debug, Default)]
pub(crate) struct FaultStore {
    oldest_first: Vec<Fault>,
    made: u64,
    changes: u64,
}

impl FaultStore {
    /// Makes a fault.
    ///
    /// # Errors
    /// [`TooManyFaults`] if there are [`CAPACITY`] faults that can still hit.
    pub(crate) fn make(&mut self, settings: NewFault) -> Result<Fault, TooManyFaults> {
        if self.oldest_first.len() >= CAPACITY {
            let used_up = self.oldest_first.iter().position(Fault::is_used_up).ok_or(TooManyFaults)?;
            self.oldest_first.remove(used_up);
        }
        self.made += 1;
        self.changes += 1;
        let fault = Fault { id: FaultId(self.made), settings, hits: 0, passed: 0 };
        self.oldest_first.push(fault.clone());
        Ok(fault)
    }

    /// Applies the oldest fault that covers the request and is not used up. A fault that lets the request
    /// pass counts that, and the next fault is considered.
    pub(crate) fn apply(&mut self, request: &RequestInfo) -> Option<Hit> {
        let covers = |fault: &&mut Fault| !fault.is_used_up() && fault.settings.covers(request);
        for fault in self.oldest_first.iter_mut().filter(covers) {
            if fault.passed < fault.settings.after {
                fault.passed += 1;
                continue;
            }
            fault.hits += 1;
            self.changes += 1;
            return Some(Hit { fault_id: fault.id, effect: fault.settings.effect });
        }
        None
    }

    /// Returns the faults that are limited to this recipient and to this account, oldest first. `None`
    /// selects all.
    pub(crate) fn limited_to<'a>(
        &'a self,
        to: Option<&'a str>,
        account: Option<&'a str>,
    ) -> impl Iterator<Item = &'a Fault> {
        self.oldest_first.iter().filter(move |fault| fault.is_limited_to(to, account))
    }

    /// Returns a fault.
    pub(crate) fn get(&self, id: FaultId) -> Option<&Fault> {
        self.oldest_first.iter().find(|fault| fault.id == id)
    }

    /// Counts the changes that a reader of [`Self::limited_to`] can see.
    pub(crate) fn changes(&self) -> u64 {
        self.changes
    }

    /// Removes a fault. Returns whether it existed.
    pub(crate) fn remove(&mut self, id: FaultId) -> bool {
        self.changes += 1;
        let before = self.oldest_first.len();
        self.oldest_first.retain(|fault| fault.id != id);
        self.oldest_first.len() < before
    }

    /// Removes the faults that [`Self::limited_to`] returns.
    pub(crate) fn clear(&mut self, to: Option<&str>, account: Option<&str>) {
        self.changes += 1;
        self.oldest_first.retain(|fault| !fault.is_limited_to(to, account));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::twilio::operations::Operation;

    fn fault(effect: Effect) -> NewFault {
        NewFault::new(OperationFilter::Any, effect)
    }

    fn start() -> RequestInfo {
        let operation = Some(Operation::CreateVerification);
        RequestInfo { account_sid: "AC".into(), operation, to: Some("+1".into()) }
    }

    fn hit(faults: &mut FaultStore) -> Option<u64> {
        faults.apply(&start()).map(|hit| hit.fault_id.0)
    }

    #[test]
    fn the_oldest_fault_wins_until_it_is_used_up() {
        let mut faults = FaultStore::default();
        faults.make(fault(Effect::Drop).times(2)).unwrap();
        faults.make(fault(Effect::Malformed)).unwrap();
        assert_eq!([hit(&mut faults), hit(&mut faults)], [Some(1), Some(1)]);
        let second = Hit { fault_id: FaultId(2), effect: Effect::Malformed };
        assert_eq!(faults.apply(&start()), Some(second));
        assert_eq!(hit(&mut faults), None);
        let hits = |id| faults.get(FaultId(id)).unwrap().hits();
        assert_eq!((hits(1), hits(2)), (2, 1));
    }

    #[test]
    fn a_request_that_passes_one_fault_may_be_hit_by_another() {
        let mut faults = FaultStore::default();
        faults.make(fault(Effect::Drop).after(2)).unwrap();
        faults.make(fault(Effect::Malformed)).unwrap();
        let hits: Vec<_> = (0..4).map(|_| hit(&mut faults)).collect();
        assert_eq!(hits, [Some(2), None, Some(1), None]);
    }

    #[test]
    fn faults_are_listed_and_removed_by_recipient_and_account() {
        let mut faults = FaultStore::default();
        faults.make(fault(Effect::Drop)).unwrap();
        faults.make(fault(Effect::Drop).to("+1")).unwrap();
        faults.make(fault(Effect::Drop).account("AC")).unwrap();
        let ids = |faults: &FaultStore, to, account| -> Vec<u64> {
            faults.limited_to(to, account).map(|fault| fault.id.0).collect()
        };
        assert_eq!(ids(&faults, None, None), [1, 2, 3]);
        assert_eq!(ids(&faults, Some("+1"), None), [2]);
        assert!(ids(&faults, Some("+1"), Some("AC")).is_empty());
        faults.clear(None, Some("AC"));
        assert_eq!(ids(&faults, None, None), [1, 2]);
        assert!(faults.remove(FaultId(1)) && !faults.remove(FaultId(1)));
        faults.clear(None, None);
        assert!(ids(&faults, None, None).is_empty());
        assert_eq!(faults.make(fault(Effect::Drop)).unwrap().id, FaultId(4));
    }

    #[test]
    fn everything_that_a_reader_can_see_counts_as_a_change() {
        let mut faults = FaultStore::default();
        let mut seen = faults.changes();
        let mut changed =
            |faults: &FaultStore| std::mem::replace(&mut seen, faults.changes()) != faults.changes();
        faults.make(fault(Effect::Drop).after(1)).unwrap();
        assert!(changed(&faults) && !changed(&faults));
        assert_eq!((hit(&mut faults), changed(&faults)), (None, false));
        assert_eq!((hit(&mut faults), changed(&faults)), (Some(1), true));
        assert!(faults.remove(FaultId(1)) && changed(&faults));
        faults.make(fault(Effect::Drop)).unwrap();
        changed(&faults);
        faults.clear(None, None);
        assert!(changed(&faults));
    }

    #[test]
    fn only_used_up_faults_are_evicted() {
        let mut faults = FaultStore::default();
        for _ in 0..CAPACITY {
            faults.make(fault(Effect::Drop)).unwrap();
        }
        assert_eq!(faults.make(fault(Effect::Drop)).unwrap_err(), TooManyFaults);
        hit(&mut faults);
        faults.make(fault(Effect::Drop)).unwrap();
        assert_eq!((faults.oldest_first.len(), faults.get(FaultId(1)).is_none()), (CAPACITY, true));
    }
}
