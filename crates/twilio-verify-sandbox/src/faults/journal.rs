//! What was asked of Twilio: what would have been paid for. Pure.

use std::collections::{BTreeMap, VecDeque};

use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;

use super::Hit;
use super::fault::FaultKind;
use super::request_info::{Kind, OperationFilter, RequestInfo};

/// How many requests one account remembers; the oldest go first. A suite asks for what it has just done.
pub(crate) const CAPACITY: usize = 1_000;
/// Most characters of a parameter's name that are kept: Twilio's longest has about forty.
const MAX_NAME: usize = 100;
/// Most parameters of a request that are kept: Twilio's largest form has about thirty.
const MAX_PARAMETERS: usize = 50;
/// Most characters of a path or a value that are kept.
const MAX_CHARACTERS: usize = 1_000;
/// Most characters of all values of a request that are kept: a thousand accounts remember a thousand requests each.
const MAX_FORM: usize = 4_000;

/// A request that came, and what became of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct Entry {
    /// Names the request; pass it as `after` to ask for what came later.
    #[schema(example = "42")]
    pub(crate) id: String,
    /// When it came, by the sandbox's clock.
    pub(crate) at: DateTime<Utc>,
    /// Who asked.
    #[schema(example = "ACc0dec0dec0dec0dec0dec0dec0dec0de")]
    pub(crate) account_sid: String,
    /// The kind of operation.
    pub(crate) operation: Kind,
    /// Twilio's name of the operation; absent for what the double does not offer.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, example = "CreateVerification")]
    pub(crate) operation_id: Option<&'static str>,
    /// The method.
    #[schema(example = "POST")]
    pub(crate) method: String,
    /// The path, without the query.
    #[schema(example = "/v2/Services/VAc0dec0dec0dec0dec0dec0dec0dec0de/Verifications")]
    pub(crate) path: String,
    /// The phone number or address that it was about, where that can be told.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, example = "+12015550123")]
    pub(crate) to: Option<String>,
    /// The parameters in the body; the values of one name are joined by commas, and long ones are cut.
    #[schema(example = json!({"To": "+12015550123", "Channel": "sms"}))]
    pub(crate) form: BTreeMap<String, String>,
    /// The status that was answered; absent while the request is under way, and where the connection ended
    /// without an answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, example = 201)]
    pub(crate) status: Option<u16>,
    /// Twilio's code, where an error was answered.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, example = 60203)]
    pub(crate) twilio_code: Option<u32>,
    /// What was broken on purpose: by a fault, or by a number with a meaning.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, example = "sent_then_drop")]
    pub(crate) fault: Option<FaultKind>,
    /// The fault that did it, where one did.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, example = "3")]
    pub(crate) fault_id: Option<String>,
    /// `id` as a number: one count over all accounts, never used twice.
    #[serde(skip)]
    pub(crate) number: u64,
}

/// What became of a request.
#[derive(Clone, Debug, Default)]
pub(crate) struct Outcome {
    /// The status that was answered, if one was.
    pub(crate) status: Option<u16>,
    /// Twilio's code, where an error was answered.
    pub(crate) twilio_code: Option<u32>,
    /// What was broken only once the work was done.
    pub(crate) fault: Option<FaultKind>,
}

impl Entry {
    /// A request that has just come. Its number is the journal's to give.
    pub(crate) fn new<'a>(
        asked: &RequestInfo,
        (method, path): (&str, &str),
        form: impl Iterator<Item = (&'a str, &'a str)>,
        hit: Option<Hit>,
        at: DateTime<Utc>,
    ) -> Self {
        Self {
            id: String::new(),
            at,
            account_sid: asked.account_sid.clone(),
            operation: asked.kind(),
            operation_id: asked.operation_id,
            method: cut(method),
            path: cut(path),
            to: asked.to.as_deref().map(cut),
            form: parameters(form),
            status: None,
            twilio_code: None,
            fault: hit.map(|hit| hit.effect.kind()),
            fault_id: hit.map(|hit| hit.number.to_string()),
            number: 0,
        }
    }
}

fn parameters<'a>(form: impl Iterator<Item = (&'a str, &'a str)>) -> BTreeMap<String, String> {
    let mut kept = BTreeMap::<String, String>::new();
    let mut room = MAX_FORM;
    for (name, value) in form.take(MAX_PARAMETERS) {
        let value: String = cut(value).chars().take(room).collect();
        room -= value.chars().count();
        kept.entry(name.chars().take(MAX_NAME).collect())
            .and_modify(|values| *values = cut(&format!("{values},{value}")))
            .or_insert(value);
    }
    kept
}

fn cut(text: &str) -> String {
    text.chars().take(MAX_CHARACTERS).collect()
}

/// Which requests are wanted.
#[derive(Clone, Debug)]
pub(crate) struct Filter {
    /// Those about this number or address only.
    pub(crate) to: Option<String>,
    /// Those for these operations only.
    pub(crate) operation: OperationFilter,
    /// Those that came later than the one of this number only.
    pub(crate) after: u64,
}

impl Filter {
    fn wants(&self, entry: &Entry) -> bool {
        self.to.as_ref().is_none_or(|to| Some(to) == entry.to.as_ref())
            && self.operation.covers(entry.operation_id)
    }
}

/// The requests of one account.
#[derive(Debug, Default)]
pub(crate) struct Journal {
    oldest_first: VecDeque<Entry>,
}

impl Journal {
    /// A request comes; its number is higher than all before it.
    pub(crate) fn push(&mut self, entry: Entry) {
        if self.oldest_first.len() >= CAPACITY {
            self.oldest_first.pop_front();
        }
        self.oldest_first.push_back(entry);
    }

    /// A request is over. One that was forgotten meanwhile stays so.
    pub(crate) fn settle(&mut self, number: u64, outcome: Outcome) {
        let found = self.oldest_first.binary_search_by_key(&number, |entry| entry.number);
        if let Some(entry) = found.ok().and_then(|index| self.oldest_first.get_mut(index)) {
            entry.status = outcome.status;
            entry.twilio_code = outcome.twilio_code;
            entry.fault = outcome.fault.or(entry.fault);
        }
    }

    /// The wanted requests, newest first.
    pub(crate) fn newest_first<'a>(&'a self, filter: &'a Filter) -> impl Iterator<Item = &'a Entry> {
        self.oldest_first
            .iter()
            .rev()
            .take_while(|entry| entry.number > filter.after)
            .filter(|entry| filter.wants(entry))
    }

    /// Forgets the requests about one number or address, or all.
    pub(crate) fn forget(&mut self, to: Option<&str>) {
        self.oldest_first.retain(|entry| to.is_some_and(|to| entry.to.as_deref() != Some(to)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(number: u64, to: Option<&str>, operation_id: &'static str) -> Entry {
        let to = to.map(str::to_owned);
        let asked = RequestInfo { account_sid: "AC".into(), operation_id: Some(operation_id), to };
        let at = DateTime::UNIX_EPOCH;
        Entry { number, ..Entry::new(&asked, ("POST", "/"), std::iter::empty(), None, at) }
    }

    fn numbers(journal: &Journal, to: Option<&str>, operation: &str, after: u64) -> Vec<u64> {
        let operation = OperationFilter::named(operation).unwrap();
        let filter = Filter { to: to.map(str::to_owned), operation, after };
        journal.newest_first(&filter).map(|entry| entry.number).collect()
    }

    #[test]
    fn filters() {
        let mut journal = Journal::default();
        journal.push(entry(1, Some("+1"), "CreateVerification"));
        journal.push(entry(3, Some("+2"), "CreateVerificationCheck"));
        journal.push(entry(4, None, "FetchService"));
        assert_eq!(numbers(&journal, None, "any", 0), [4, 3, 1]);
        assert_eq!(numbers(&journal, None, "check", 0), [3]);
        assert_eq!(numbers(&journal, Some("+1"), "any", 0), [1]);
        assert_eq!(numbers(&journal, None, "any", 1), [4, 3]);
        journal.forget(Some("+1"));
        assert_eq!(numbers(&journal, None, "any", 0), [4, 3]);
        journal.forget(None);
        assert!(journal.oldest_first.is_empty());
    }

    #[test]
    fn the_oldest_are_forgotten_and_settling_them_does_nothing() {
        let mut journal = Journal::default();
        (0..=CAPACITY as u64).for_each(|n| journal.push(entry(n + 1, None, "FetchService")));
        let outcome = Outcome { status: Some(200), ..Outcome::default() };
        [1, 2].into_iter().for_each(|number| journal.settle(number, outcome.clone()));
        assert_eq!(journal.oldest_first.len(), CAPACITY);
        assert_eq!((journal.oldest_first[0].number, journal.oldest_first[0].status), (2, Some(200)));
        assert!(journal.oldest_first.iter().skip(1).all(|entry| entry.status.is_none()));
    }

    #[test]
    fn long_forms_are_cut() {
        let long = "é".repeat(MAX_CHARACTERS + 1);
        let names: Vec<String> = (0..60).map(|n| n.to_string()).collect();
        let pairs = names.iter().map(|name| (name.as_str(), long.as_str()));
        let kept = parameters(pairs);
        assert_eq!(kept.len(), MAX_PARAMETERS);
        let mut lengths: Vec<_> = kept.values().map(|value| value.chars().count()).collect();
        lengths.sort_unstable();
        assert_eq!((lengths.iter().sum(), lengths.last()), (MAX_FORM, Some(&MAX_CHARACTERS)));
        assert!(parameters([(long.as_str(), "")].into_iter()).keys().all(|name| name.len() == 2 * MAX_NAME));
        let twice = parameters([("A", "1"), ("B", "2"), ("A", "3")].into_iter());
        assert_eq!((twice["A"].as_str(), twice["B"].as_str()), ("1,3", "2"));
    }
}
