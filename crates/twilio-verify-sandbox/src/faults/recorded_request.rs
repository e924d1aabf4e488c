//! A request that Twilio would have received. Pure.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;

use super::Hit;
use super::effect::FaultKind;
use super::operation_filter::OperationKind;
use super::request_info::RequestInfo;
use crate::twilio::operations::Operation;

/// The maximum number of characters of a parameter's name. Twilio's longest has about forty.
const MAX_NAME: usize = 100;
/// The maximum number of parameters. Twilio's largest form has about thirty.
const MAX_PARAMETERS: usize = 50;
/// The maximum number of characters of a path or a value.
const MAX_CHARACTERS: usize = 1_000;
/// The maximum number of characters of all values together. A thousand accounts store a thousand requests
/// each.
const MAX_FORM: usize = 4_000;

/// A request that Twilio would have received, and its outcome.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = Entry)]
pub struct RecordedRequest {
    /// Identifies the request. Pass it as `after` to list later requests.
    #[schema(example = "42")]
    id: String,
    /// When it arrived, by the sandbox's clock.
    at: DateTime<Utc>,
    /// The account that sent it.
    #[schema(example = "ACc0dec0dec0dec0dec0dec0dec0dec0de")]
    account_sid: String,
    /// The kind of operation.
    operation: OperationKind,
    /// Twilio's name of the operation. Absent if the sandbox does not offer it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, value_type = Option<String>, example = "CreateVerification")]
    operation_id: Option<Operation>,
    /// The method.
    #[schema(example = "POST")]
    method: String,
    /// The path, without the query.
    #[schema(example = "/v2/Services/VAc0dec0dec0dec0dec0dec0dec0dec0de/Verifications")]
    path: String,
    /// The phone number or address that it is about, if it has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, example = "+12015550123")]
    to: Option<String>,
    /// The parameters in the body. Values of the same name are joined by commas. Long values are cut.
    #[schema(example = json!({"To": "+12015550123", "Channel": "sms"}))]
    form: BTreeMap<String, String>,
    /// The status of the answer. Absent while the request is in progress, and if the connection closed
    /// without an answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, example = 201)]
    status: Option<u16>,
    /// Twilio's error code, if the answer is an error.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, example = 60203)]
    twilio_code: Option<u32>,
    /// The effect of a fault or of a test number.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, example = "sent_then_drop")]
    fault: Option<FaultKind>,
    /// The fault that hit the request.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, example = "3")]
    fault_id: Option<String>,
    /// `id` as a number: one sequence for all accounts, never reused.
    #[serde(skip)]
    pub(crate) number: u64,
}

impl RecordedRequest {
    /// Returns its identifier. Later requests have higher ones.
    pub fn id(&self) -> u64 {
        self.number
    }

    /// Returns when it arrived, by the sandbox's clock.
    pub fn arrived_at(&self) -> DateTime<Utc> {
        self.at
    }

    /// Returns the account that sent it.
    pub fn account_sid(&self) -> &str {
        &self.account_sid
    }

    /// Returns the kind of its operation.
    pub fn kind(&self) -> OperationKind {
        self.operation
    }

    /// Returns its operation, if the sandbox offers it.
    pub fn operation(&self) -> Option<Operation> {
        self.operation_id
    }

    /// Returns the HTTP method.
    pub fn method(&self) -> &str {
        &self.method
    }

    /// Returns the path, without the query.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// Returns the phone number or email address that it is about, if it has one.
    pub fn to(&self) -> Option<&str> {
        self.to.as_deref()
    }

    /// Returns a parameter of the body. Values of the same name are joined by commas. Long values are cut.
    pub fn parameter(&self, name: &str) -> Option<&str> {
        self.form.get(name).map(String::as_str)
    }

    /// Returns the status of the answer; `None` while the request is in progress, and if the connection
    /// closed without an answer.
    pub fn status(&self) -> Option<u16> {
        self.status
    }

    /// Returns Twilio's error code, if the answer is an error.
    pub fn twilio_code(&self) -> Option<u32> {
        self.twilio_code
    }

    /// Returns the effect of a fault or of a test number.
    pub fn fault(&self) -> Option<FaultKind> {
        self.fault
    }
}

/// The outcome of a request.
#[derive(Clone, Debug, Default)]
pub(crate) struct Outcome {
    /// The status of the answer, if there was one.
    pub(crate) status: Option<u16>,
    /// Twilio's error code, if the answer is an error.
    pub(crate) twilio_code: Option<u32>,
    /// An effect that appeared only after the work was done.
    pub(crate) fault: Option<FaultKind>,
}

impl RecordedRequest {
    /// Creates a request that has just arrived. [`Self::numbered`] sets its identifier.
    pub(crate) fn new<'a>(
        request: &RequestInfo,
        (method, path): (&str, &str),
        form: impl Iterator<Item = (&'a str, &'a str)>,
        hit: Option<Hit>,
        at: DateTime<Utc>,
    ) -> Self {
        Self {
            id: String::new(),
            at,
            account_sid: request.account_sid.clone(),
            operation: request.kind(),
            operation_id: request.operation,
            method: truncate(method),
            path: truncate(path),
            to: request.to.as_deref().map(truncate),
            form: truncate_form(form),
            status: None,
            twilio_code: None,
            fault: hit.map(|hit| hit.effect.kind()),
            fault_id: hit.map(|hit| hit.fault_id.to_string()),
            number: 0,
        }
    }

    /// Sets its identifier.
    pub(crate) fn numbered(self, number: u64) -> Self {
        Self { id: number.to_string(), number, ..self }
    }

    /// Records the outcome.
    pub(super) fn record_outcome(&mut self, outcome: Outcome) {
        self.status = outcome.status;
        self.twilio_code = outcome.twilio_code;
        self.fault = outcome.fault.or(self.fault);
    }
}

fn truncate_form<'a>(form: impl Iterator<Item = (&'a str, &'a str)>) -> BTreeMap<String, String> {
    let mut parameters = BTreeMap::<String, String>::new();
    let mut remaining = MAX_FORM;
    for (name, value) in form.take(MAX_PARAMETERS) {
        let value: String = truncate(value).chars().take(remaining).collect();
        remaining -= value.chars().count();
        parameters
            .entry(name.chars().take(MAX_NAME).collect())
            .and_modify(|values| *values = truncate(&format!("{values},{value}")))
            .or_insert(value);
    }
    parameters
}

fn truncate(text: &str) -> String {
    text.chars().take(MAX_CHARACTERS).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_forms_are_truncated() {
        let long = "é".repeat(MAX_CHARACTERS + 1);
        let names: Vec<String> = (0..60).map(|n| n.to_string()).collect();
        let pairs = names.iter().map(|name| (name.as_str(), long.as_str()));
        let parameters = truncate_form(pairs);
        assert_eq!(parameters.len(), MAX_PARAMETERS);
        let mut lengths: Vec<_> = parameters.values().map(|value| value.chars().count()).collect();
        lengths.sort_unstable();
        assert_eq!((lengths.iter().sum(), lengths.last()), (MAX_FORM, Some(&MAX_CHARACTERS)));
        let long_name = truncate_form([(long.as_str(), "")].into_iter());
        assert!(long_name.keys().all(|name| name.len() == 2 * MAX_NAME));
    }

    #[test]
    fn repeated_values_are_joined() {
        let parameters = truncate_form([("A", "1"), ("B", "2"), ("A", "3")].into_iter());
        assert_eq!((parameters["A"].as_str(), parameters["B"].as_str()), ("1,3", "2"));
    }
}
