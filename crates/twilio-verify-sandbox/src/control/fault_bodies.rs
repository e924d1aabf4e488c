//! A fault in JSON.

use std::ops::RangeInclusive;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;

use crate::faults::Fault;
use crate::faults::effect::{Effect, FaultKind};
use crate::faults::new_fault::{
    AFTERS, CODES, DELAYS, InvalidFault, NewFault, RETRY_AFTERS, STATUSES, TIMES, milliseconds, out_of_range,
};
use crate::faults::operation_filter::OperationFilter;

/// A new fault. A member that does not belong to the kind of fault is an error.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = NewFault)]
#[allow(
    dead_code,
    reason = "for the document; `Members` reads the members one by one, so that errors name them"
)]
pub(crate) struct NewFaultBody {
    /// The requests that it covers: `start`, `check`, `other`, `any`, or the name of an operation of Twilio's.
    #[schema(example = "start")]
    operation: String,
    /// What happens to them.
    fault: FaultKind,
    /// `status` only, required: the HTTP status of the answer.
    #[schema(nullable = false, minimum = 400, maximum = 599, example = 503)]
    status: Option<u16>,
    /// `status` only: Twilio's error code. The default is the general code of the status, such as 20503 for 503.
    #[schema(nullable = false, minimum = 1, maximum = 999_999, example = 20503)]
    code: Option<u32>,
    /// `status` only: seconds in the header `Retry-After`. By default, the answer has no such header.
    #[schema(nullable = false, minimum = 0, maximum = 86_400)]
    retry_after: Option<u32>,
    /// `delay` only, required: milliseconds of real time.
    #[schema(nullable = false, minimum = 1, maximum = 60_000)]
    delay_ms: Option<u64>,
    /// How many requests it hits. For a long outage, set a large number and delete the fault when it should end.
    #[schema(nullable = false, minimum = 1, maximum = 1_000_000, default = 1)]
    times: Option<u64>,
    /// How many requests pass before it hits the first one.
    #[schema(nullable = false, minimum = 0, maximum = 1_000_000, default = 0)]
    after: Option<u64>,
    /// Limits it to requests about this phone number or address. Suites that run in parallel should set it.
    #[schema(nullable = false, example = "+12015550123")]
    to: Option<String>,
    /// Limits it to requests of this account.
    #[schema(nullable = false, pattern = "^AC[0-9a-fA-F]{32}$")]
    account: Option<String>,
}

/// A fault.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Fault)]
pub(crate) struct FaultBody {
    /// Identifies it.
    #[schema(example = "3")]
    id: String,
    /// The requests that it covers.
    #[schema(example = "start")]
    operation: &'static str,
    /// What happens to them.
    fault: FaultKind,
    /// The HTTP status of the answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, example = 503)]
    status: Option<u16>,
    /// Twilio's error code in the answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, example = 20503)]
    code: Option<u32>,
    /// Seconds in the header `Retry-After`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, value_type = Option<u32>)]
    retry_after: Option<u64>,
    /// Milliseconds of real time.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    delay_ms: Option<u64>,
    /// How many requests it hits.
    #[schema(example = 1)]
    times: u64,
    /// How many requests pass first.
    #[schema(example = 0)]
    after: u64,
    /// The phone number or address that it is limited to.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, example = "+12015550123")]
    to: Option<String>,
    /// The account that it is limited to.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    account: Option<String>,
    /// How many requests it has hit. When `hits` reaches `times`, the fault stays in the list and hits no more.
    #[schema(example = 0)]
    hits: u64,
}

impl From<&Fault> for FaultBody {
    fn from(fault: &Fault) -> Self {
        let mut body = Self {
            id: fault.id().to_string(),
            operation: fault.operation().name(),
            fault: fault.effect().kind(),
            status: None,
            code: None,
            retry_after: None,
            delay_ms: None,
            times: fault.times(),
            after: fault.after(),
            to: fault.to().map(str::to_owned),
            account: fault.account().map(str::to_owned),
            hits: fault.hits(),
        };
        match fault.effect() {
            Effect::Status { status, code, retry_after } => {
                body.status = Some(status);
                body.code = Some(code);
                body.retry_after = retry_after.map(|time| time.as_secs());
            }
            Effect::Delay(time) => body.delay_ms = Some(milliseconds(time)),
            Effect::Drop | Effect::SentThenDrop | Effect::Malformed | Effect::Truncated => {}
        }
        body
    }
}

/// Reads a new fault.
///
/// # Errors
/// The first member that is missing, unknown or wrong.
pub(super) fn read(object: Map<String, Value>) -> Result<NewFault, InvalidFault> {
    let mut members = Members(object);
    let operation = members.text("operation")?.ok_or_else(|| invalid("`operation` is required."))?;
    let operation = OperationFilter::named(&operation).ok_or_else(|| {
        invalid("`operation` must be `start`, `check`, `other`, `any` or a name of GET /sandbox/operations.")
    })?;
    let mut fault = NewFault::new(operation, members.effect()?);
    fault.times = members.integer("times", TIMES)?.unwrap_or(fault.times);
    fault.after = members.integer("after", AFTERS)?.unwrap_or(fault.after);
    fault = members.text("to")?.into_iter().fold(fault, NewFault::to);
    fault.account = members.text("account")?;
    fault.validate()?;
    match members.0.keys().next() {
        Some(name) => {
            let kind = serde_json::to_value(fault.effect.kind()).unwrap_or_default();
            let kind = kind.as_str().unwrap_or_default();
            Err(invalid(format!("`{name}` is not a member of a `{kind}` fault.")))
        }
        None => Ok(fault),
    }
}

fn invalid(text: impl Into<String>) -> InvalidFault {
    InvalidFault(text.into())
}

/// The members that are not read yet.
struct Members(Map<String, Value>);

impl Members {
    fn effect(&mut self) -> Result<Effect, InvalidFault> {
        const KINDS: &str =
            "`fault` must be `status`, `delay`, `drop`, `sent_then_drop`, `malformed` or `truncated`.";
        let kind = self.0.remove("fault").ok_or_else(|| invalid(format!("`fault` is required. {KINDS}")))?;
        Ok(match serde_json::from_value(kind).map_err(|_| invalid(KINDS))? {
            FaultKind::Status => {
                let status = required("status", "status", self.integer("status", STATUSES)?)?;
                let mut effect = Effect::status(u16::try_from(status).unwrap_or(u16::MAX));
                if let Some(code) = self.integer("code", CODES)? {
                    effect = effect.with_code(u32::try_from(code).unwrap_or(u32::MAX));
                }
                let retry_after = self.integer("retry_after", RETRY_AFTERS)?.map(Duration::from_secs);
                retry_after.into_iter().fold(effect, Effect::with_retry_after)
            }
            FaultKind::Delay => {
                let delay = required("delay_ms", "delay", self.integer("delay_ms", DELAYS)?)?;
                Effect::Delay(Duration::from_millis(delay))
            }
            FaultKind::Drop => Effect::Drop,
            FaultKind::SentThenDrop => Effect::SentThenDrop,
            FaultKind::Malformed => Effect::Malformed,
            FaultKind::Truncated => Effect::Truncated,
        })
    }

    /// Reads a number. Out of range, it is an error here, so that the conversions above lose nothing.
    fn integer(&mut self, name: &str, range: RangeInclusive<u64>) -> Result<Option<u64>, InvalidFault> {
        let Some(value) = self.0.remove(name) else { return Ok(None) };
        let number = value.as_u64().filter(|number| range.contains(number));
        number.map(Some).ok_or_else(|| out_of_range(name, &range))
    }

    fn text(&mut self, name: &str) -> Result<Option<String>, InvalidFault> {
        match self.0.remove(name) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(_) => Err(invalid(format!("`{name}` must be a string."))),
        }
    }
}

fn required<T>(name: &str, kind: &str, value: Option<T>) -> Result<T, InvalidFault> {
    value.ok_or_else(|| invalid(format!("`{name}` is required for a `{kind}` fault.")))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read_fault(value: Value) -> Result<NewFault, InvalidFault> {
        let Value::Object(object) = value else { panic!("{value}") };
        read(object)
    }

    #[test]
    fn omitted_members_have_defaults() {
        let fault = read_fault(json!({"operation": "start", "fault": "status", "status": 503})).unwrap();
        assert_eq!(fault.effect, Effect::status(503).with_code(20503));
        assert_eq!((fault.times, fault.after, fault.to, fault.account), (1, 0, None, None));
    }

    #[test]
    fn errors_name_the_member() {
        for (value, name) in [
            (json!({}), "operation"),
            (json!({"operation": "stop", "fault": "drop"}), "operation"),
            (json!({"operation": 1, "fault": "drop"}), "operation"),
            (json!({"operation": "any"}), "fault"),
            (json!({"operation": "any", "fault": "explode"}), "fault"),
            (json!({"operation": "any", "fault": null}), "fault"),
            (json!({"operation": "any", "fault": "status"}), "status"),
            (json!({"operation": "any", "fault": "status", "status": 200}), "status"),
            (json!({"operation": "any", "fault": "status", "status": "500"}), "status"),
            (json!({"operation": "any", "fault": "status", "status": 600}), "status"),
            (json!({"operation": "any", "fault": "status", "status": 500, "code": 0}), "code"),
            (json!({"operation": "any", "fault": "status", "status": 500, "retry_after": -1}), "retry_after"),
            (json!({"operation": "any", "fault": "status", "status": 500, "delay_ms": 1}), "delay_ms"),
            (json!({"operation": "any", "fault": "delay"}), "delay_ms"),
            (json!({"operation": "any", "fault": "delay", "delay_ms": 60_001}), "delay_ms"),
            (json!({"operation": "any", "fault": "delay", "delay_ms": 1.5}), "delay_ms"),
            (json!({"operation": "any", "fault": "drop", "delay_ms": 1}), "delay_ms"),
            (json!({"operation": "any", "fault": "drop", "status": 500}), "status"),
            (json!({"operation": "any", "fault": "malformed", "code": 60200}), "code"),
            (json!({"operation": "any", "fault": "drop", "times": 0}), "times"),
            (json!({"operation": "any", "fault": "drop", "after": -1}), "after"),
            (json!({"operation": "any", "fault": "drop", "to": ""}), "to"),
            (json!({"operation": "any", "fault": "drop", "to": null}), "to"),
            (json!({"operation": "any", "fault": "drop", "account": "AC1"}), "account"),
            (json!({"operation": "any", "fault": "drop", "probability": 0.5}), "probability"),
        ] {
            let error = read_fault(value.clone()).unwrap_err().to_string();
            assert!(error.starts_with(&format!("`{name}`")), "{value}: {error}");
        }
    }
}
