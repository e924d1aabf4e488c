//! The journal of an account: the requests that Twilio would have received. Pure.

use std::collections::VecDeque;

use super::operation_filter::OperationFilter;
use super::recorded_request::{Outcome, RecordedRequest};
use crate::verification::recipient;

/// The maximum number of requests per account. The oldest are evicted first. Tests look at recent requests
/// only.
pub(crate) const CAPACITY: usize = 1_000;

/// Selects requests of the journal. Without settings, it selects all of them.
///
/// ```
/// use twilio_verify_sandbox::{Operation, RequestFilter};
///
/// let checks = RequestFilter::new().operation(Operation::CreateVerificationCheck).to("+12015550123");
/// # let _ = checks;
/// ```
#[derive(Clone, Debug, Default)]
#[must_use]
pub struct RequestFilter {
    to: Option<String>,
    operation: OperationFilter,
    pub(crate) after: u64,
    pub(crate) account: Option<String>,
}

impl RequestFilter {
    /// Selects every request.
    pub fn new() -> Self {
        Self::default()
    }

    /// Selects requests about this phone number or email address.
    pub fn to(self, to: impl Into<String>) -> Self {
        Self { to: Some(recipient::normalize(to.into())), ..self }
    }

    /// Selects requests for these operations.
    pub fn operation(self, operation: impl Into<OperationFilter>) -> Self {
        Self { operation: operation.into(), ..self }
    }

    /// Selects requests that arrived later than the one with this [identifier](RecordedRequest::id).
    pub fn after(self, id: u64) -> Self {
        Self { after: id, ..self }
    }

    /// Selects requests of this account.
    pub fn account(self, account_sid: impl Into<String>) -> Self {
        Self { account: Some(account_sid.into()), ..self }
    }

    fn selects(&self, request: &RecordedRequest) -> bool {
        self.to.as_deref().is_none_or(|to| Some(to) == request.to())
            && self.operation.covers(request.operation())
    }
}

/// The requests of one account.
#[derive(Debug, Default)]
pub(crate) struct Journal {
    oldest_first: VecDeque<RecordedRequest>,
}

impl Journal {
    /// Adds a request. Its number must be higher than all earlier ones.
    pub(crate) fn push(&mut self, request: RecordedRequest) {
        if self.oldest_first.len() >= CAPACITY {
            self.oldest_first.pop_front();
        }
        self.oldest_first.push_back(request);
    }

    /// Records the outcome of a request, unless it has been removed.
    pub(crate) fn record_outcome(&mut self, number: u64, outcome: Outcome) {
        let found = self.oldest_first.binary_search_by_key(&number, |request| request.number);
        if let Some(request) = found.ok().and_then(|index| self.oldest_first.get_mut(index)) {
            request.record_outcome(outcome);
        }
    }

    /// Returns the selected requests, newest first.
    pub(crate) fn newest_first<'a>(
        &'a self,
        filter: &'a RequestFilter,
    ) -> impl Iterator<Item = &'a RecordedRequest> {
        self.oldest_first
            .iter()
            .rev()
            .take_while(|request| request.number > filter.after)
            .filter(|request| filter.selects(request))
    }

    /// Removes the requests about one recipient, or all requests.
    pub(crate) fn remove(&mut self, to: Option<&str>) {
        self.oldest_first.retain(|request| to.is_some_and(|to| request.to() != Some(to)));
    }
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;

    use super::*;
    use crate::faults::operation_filter::OperationKind;
    use crate::faults::request_info::RequestInfo;
    use crate::twilio::operations::Operation;

    fn request(number: u64, to: Option<&str>, operation: Operation) -> RecordedRequest {
        let to = to.map(str::to_owned);
        let request = RequestInfo { account_sid: "AC".to_owned(), operation: Some(operation), to };
        let at = DateTime::UNIX_EPOCH;
        RecordedRequest::new(&request, ("POST", "/"), std::iter::empty(), None, at).numbered(number)
    }

    fn numbers(journal: &Journal, filter: RequestFilter) -> Vec<u64> {
        journal.newest_first(&filter).map(|request| request.number).collect()
    }

    #[test]
    fn requests_are_filtered_and_removed() {
        let mut journal = Journal::default();
        let all = RequestFilter::new;
        journal.push(request(1, Some("+1"), Operation::CreateVerification));
        journal.push(request(3, Some("+2"), Operation::CreateVerificationCheck));
        journal.push(request(4, None, Operation::FetchService));
        assert_eq!(numbers(&journal, all()), [4, 3, 1]);
        assert_eq!(numbers(&journal, all().operation(OperationKind::Check)), [3]);
        assert_eq!(numbers(&journal, all().to("+1")), [1]);
        assert_eq!(numbers(&journal, all().after(1)), [4, 3]);
        journal.remove(Some("+1"));
        assert_eq!(numbers(&journal, all()), [4, 3]);
        journal.remove(None);
        assert!(journal.oldest_first.is_empty());
    }

    #[test]
    fn the_oldest_request_is_evicted_and_its_outcome_ignored() {
        let mut journal = Journal::default();
        for number in 1..=CAPACITY as u64 + 1 {
            journal.push(request(number, None, Operation::FetchService));
        }
        let outcome = Outcome { status: Some(200), ..Outcome::default() };
        for number in [1, 2] {
            journal.record_outcome(number, outcome.clone());
        }
        assert_eq!(journal.oldest_first.len(), CAPACITY);
        assert_eq!((journal.oldest_first[0].number, journal.oldest_first[0].status()), (2, Some(200)));
        assert!(journal.oldest_first.iter().skip(1).all(|request| request.status().is_none()));
    }
}
