//! A fault: how Twilio, or the way to it, is broken on purpose, and for which requests. Pure.

use std::fmt::Display;
use std::ops::RangeInclusive;

use actix_web::http::StatusCode;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::request_info::{OperationFilter, RequestInfo};
use crate::twilio::error_texts::general_code;
use crate::twilio::sid::is_sid;
use crate::verification::recipient;

/// Statuses that a fault can answer: what a client must take for an error.
const STATUSES: RangeInclusive<u64> = 400..=599;
/// Twilio's error codes; those in use have five digits.
const CODES: RangeInclusive<u64> = 1..=999_999;
/// Milliseconds of a delay: no client waits for longer.
const DELAYS: RangeInclusive<u64> = 1..=60_000;
/// Seconds in `Retry-After`: up to a day.
const RETRY_AFTERS: RangeInclusive<u64> = 0..=86_400;
/// Hits of a fault. The most are for ever, as far as a suite goes.
const TIMES: RangeInclusive<u64> = 1..=1_000_000;
/// Requests that are let pass first.
const AFTERS: RangeInclusive<u64> = 0..=1_000_000;
/// Most characters of `to`: no address has more (RFC 5321, section 4.5.3.1.3).
const MAX_TO: usize = 254;

/// What is broken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum FaultKind {
    /// Nothing is done, and an error is answered.
    Status,
    /// The request waits, then goes on as if nothing had been.
    Delay,
    /// Nothing is done, and the connection ends without an answer.
    Drop,
    /// The work is done, a code is sent; then the connection ends without an answer.
    SentThenDrop,
    /// The work is done; the answer's body is no JSON.
    Malformed,
    /// The work is done; half of the answer's body comes, then the connection ends.
    Truncated,
}

/// What happens to a request that is hit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Effect {
    /// See [`FaultKind::Status`]; `retry_after` in seconds.
    Status {
        /// 4XX or 5XX.
        status: StatusCode,
        /// Twilio's.
        code: u32,
        /// Seconds, for the header `Retry-After`.
        retry_after: Option<u32>,
    },
    /// See [`FaultKind::Delay`]; in milliseconds of real time.
    Delay(u64),
    /// See [`FaultKind::Drop`].
    Drop,
    /// See [`FaultKind::SentThenDrop`].
    SentThenDrop,
    /// See [`FaultKind::Malformed`].
    Malformed,
    /// See [`FaultKind::Truncated`].
    Truncated,
}

/// Which requests are hit, and by what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Settings {
    /// Those for these operations.
    pub(crate) operation: OperationFilter,
    /// By this.
    pub(crate) effect: Effect,
    /// As many of them.
    pub(crate) times: u64,
    /// After as many were let pass.
    pub(crate) after: u64,
    /// Those about this phone number or address only.
    pub(crate) to: Option<String>,
    /// Those of this account only.
    pub(crate) account: Option<String>,
}

impl Effect {
    /// Its kind.
    pub(crate) fn kind(self) -> FaultKind {
        match self {
            Self::Status { .. } => FaultKind::Status,
            Self::Delay(_) => FaultKind::Delay,
            Self::Drop => FaultKind::Drop,
            Self::SentThenDrop => FaultKind::SentThenDrop,
            Self::Malformed => FaultKind::Malformed,
            Self::Truncated => FaultKind::Truncated,
        }
    }
}

impl Settings {
    /// What a JSON object asks for.
    ///
    /// # Errors
    /// A sentence that names the member which is missing, unknown or wrong.
    pub(crate) fn from_json(object: Map<String, Value>) -> Result<Self, String> {
        let mut members = Members(object);
        let operation = members.text("operation")?.ok_or("`operation` is required.")?;
        let operation = OperationFilter::named(&operation).ok_or(
            "`operation` is `start`, `check`, `other`, `any` or the name of one of GET /sandbox/operations.",
        )?;
        let settings = Self {
            operation,
            effect: members.effect()?,
            times: members.integer("times", TIMES)?.unwrap_or(1),
            after: members.integer("after", AFTERS)?.unwrap_or(0),
            to: members.text("to")?.map(recipient::as_stored),
            account: members.text("account")?,
        };
        if settings.to.as_ref().is_some_and(|to| to.is_empty() || to.chars().count() > MAX_TO) {
            return Err(format!("`to` has between 1 and {MAX_TO} characters."));
        }
        if settings.account.as_ref().is_some_and(|account| !is_sid("AC", account)) {
            return Err("`account` is AC and 32 hexadecimal digits.".into());
        }
        match members.0.keys().next() {
            Some(name) => Err(format!("`{name}` is no member of a `{}` fault.", name_of(settings.effect))),
            None => Ok(settings),
        }
    }

    /// Whether a request is one of those meant.
    pub(crate) fn cover(&self, asked: &RequestInfo) -> bool {
        self.operation.covers(asked.operation_id)
            && self.to.as_ref().is_none_or(|to| Some(to) == asked.to.as_ref())
            && self.account.as_ref().is_none_or(|account| *account == asked.account_sid)
    }
}

fn name_of(effect: Effect) -> String {
    serde_json::to_value(effect.kind())
        .ok()
        .and_then(|name| name.as_str().map(str::to_owned))
        .unwrap_or_default()
}

/// The members that nobody has asked for yet.
struct Members(Map<String, Value>);

impl Members {
    fn effect(&mut self) -> Result<Effect, String> {
        const KINDS: &str =
            "`fault` is `status`, `delay`, `drop`, `sent_then_drop`, `malformed` or `truncated`.";
        let kind = self.0.remove("fault").ok_or_else(|| format!("`fault` is required. {KINDS}"))?;
        Ok(match serde_json::from_value(kind).map_err(|_| KINDS)? {
            FaultKind::Status => {
                let status = required("status", "status", self.integer("status", STATUSES)?)?;
                let status = u16::try_from(status).ok().and_then(|status| StatusCode::from_u16(status).ok());
                let status = status.unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
                let code = self.integer("code", CODES)?.and_then(|code| u32::try_from(code).ok());
                let retry_after = self.integer("retry_after", RETRY_AFTERS)?;
                Effect::Status {
                    status,
                    code: code.unwrap_or_else(|| general_code(status)),
                    retry_after: retry_after.and_then(|seconds| u32::try_from(seconds).ok()),
                }
            }
            FaultKind::Delay => {
                Effect::Delay(required("delay_ms", "delay", self.integer("delay_ms", DELAYS)?)?)
            }
            FaultKind::Drop => Effect::Drop,
            FaultKind::SentThenDrop => Effect::SentThenDrop,
            FaultKind::Malformed => Effect::Malformed,
            FaultKind::Truncated => Effect::Truncated,
        })
    }

    fn integer(&mut self, name: &str, range: RangeInclusive<u64>) -> Result<Option<u64>, String> {
        let Some(value) = self.0.remove(name) else { return Ok(None) };
        let number = value.as_u64().filter(|number| range.contains(number));
        let wrong = || format!("`{name}` is a whole number from {} to {}.", range.start(), range.end());
        number.map(Some).ok_or_else(wrong)
    }

    fn text(&mut self, name: &str) -> Result<Option<String>, String> {
        match self.0.remove(name) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(_) => Err(format!("`{name}` is a string.")),
        }
    }
}

fn required<T>(name: impl Display, kind: &str, value: Option<T>) -> Result<T, String> {
    value.ok_or_else(|| format!("`{name}` is required for a `{kind}` fault."))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn settings(value: Value) -> Result<Settings, String> {
        let Value::Object(object) = value else { panic!("{value}") };
        Settings::from_json(object)
    }

    #[test]
    fn what_is_left_out_has_a_default() {
        let fault = settings(json!({"operation": "start", "fault": "status", "status": 503})).unwrap();
        let status = StatusCode::SERVICE_UNAVAILABLE;
        assert_eq!(fault.effect, Effect::Status { status, code: 20503, retry_after: None });
        assert_eq!((fault.times, fault.after, fault.to, fault.account), (1, 0, None, None));
    }

    #[test]
    fn what_is_wrong_is_named() {
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
            let told = settings(value.clone()).unwrap_err();
            assert!(told.starts_with(&format!("`{name}`")), "{value}: {told}");
        }
    }

    #[test]
    fn what_is_meant() {
        let fault = settings(json!({"operation": "check", "fault": "drop", "to": "+1"})).unwrap();
        let asked = |operation_id, to: Option<&str>| RequestInfo {
            account_sid: "AC".into(),
            operation_id: Some(operation_id),
            to: to.map(str::to_owned),
        };
        assert!(fault.cover(&asked("CreateVerificationCheck", Some("+1"))));
        assert!(!fault.cover(&asked("CreateVerificationCheck", Some("+2"))));
        assert!(!fault.cover(&asked("CreateVerificationCheck", None)));
        assert!(!fault.cover(&asked("CreateVerification", Some("+1"))));
        let other = Settings { to: None, account: Some("AC2".into()), ..fault };
        assert!(!other.cover(&asked("CreateVerificationCheck", Some("+1"))));
    }
}
