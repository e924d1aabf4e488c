//! The settings of a fault, and their limits. Pure.

use std::fmt;
use std::ops::RangeInclusive;
use std::time::Duration;

use super::effect::Effect;
use super::operation_filter::OperationFilter;
use super::request_info::RequestInfo;
use crate::twilio::sid::is_sid;
use crate::verification::recipient;

/// HTTP statuses that a client must treat as an error.
pub(crate) const STATUSES: RangeInclusive<u64> = 400..=599;
/// Twilio's error codes; those in use have five digits.
pub(crate) const CODES: RangeInclusive<u64> = 1..=999_999;
/// Milliseconds of a delay: no client waits longer.
pub(crate) const DELAYS: RangeInclusive<u64> = 1..=60_000;
/// Seconds in `Retry-After`: up to a day.
pub(crate) const RETRY_AFTERS: RangeInclusive<u64> = 0..=86_400;
/// Requests that a fault hits. The highest number outlasts every test suite.
pub(crate) const TIMES: RangeInclusive<u64> = 1..=1_000_000;
/// Requests that pass before the fault begins to hit.
pub(crate) const AFTERS: RangeInclusive<u64> = 0..=1_000_000;
/// The longest address (RFC 5321, section 4.5.3.1.3).
const MAX_TO: usize = 254;

/// The settings of a fault: which requests it hits, how often, and what happens to them.
///
/// A new fault hits one request. Of several faults that cover a request, the oldest that is not used up hits
/// it.
///
/// ```
/// use twilio_verify_sandbox::{Effect, NewFault, OperationKind};
///
/// // The second and the third start for this number fail with 503.
/// let fault = NewFault::new(OperationKind::Start, Effect::status(503)).to("+12015550123").after(1).times(2);
/// # let _ = fault;
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use = "a fault has an effect only after `Faults::make`"]
pub struct NewFault {
    pub(crate) operation: OperationFilter,
    pub(crate) effect: Effect,
    pub(crate) times: u64,
    pub(crate) after: u64,
    pub(crate) to: Option<String>,
    pub(crate) account: Option<String>,
}

impl NewFault {
    /// Creates the settings of a fault that hits the next request for these operations.
    pub fn new(operation: impl Into<OperationFilter>, effect: Effect) -> Self {
        Self { operation: operation.into(), effect, times: 1, after: 0, to: None, account: None }
    }

    /// Sets how many requests it hits: 1, unless set, and at most 1,000,000.
    pub fn times(self, times: u64) -> Self {
        Self { times, ..self }
    }

    /// Lets this many requests pass first: 0, unless set, and at most 1,000,000.
    pub fn after(self, after: u64) -> Self {
        Self { after, ..self }
    }

    /// Limits it to requests about this phone number or email address.
    pub fn to(self, to: impl Into<String>) -> Self {
        Self { to: Some(recipient::normalize(to.into())), ..self }
    }

    /// Limits it to requests of this account.
    pub fn account(self, account_sid: impl Into<String>) -> Self {
        Self { account: Some(account_sid.into()), ..self }
    }

    /// Checks that each setting is within its limits.
    ///
    /// # Errors
    /// The first setting that is not.
    pub(crate) fn validate(&self) -> Result<(), InvalidFault> {
        self.validate_effect()?;
        check_range("times", self.times, TIMES)?;
        check_range("after", self.after, AFTERS)?;
        if self.to.as_ref().is_some_and(|to| to.is_empty() || to.chars().count() > MAX_TO) {
            return Err(InvalidFault(format!("`to` must have 1 to {MAX_TO} characters.")));
        }
        if self.account.as_ref().is_some_and(|account| !is_sid("AC", account)) {
            return Err(InvalidFault("`account` must be AC and 32 hexadecimal digits.".into()));
        }
        Ok(())
    }

    fn validate_effect(&self) -> Result<(), InvalidFault> {
        match self.effect {
            Effect::Status { status, code, retry_after } => {
                check_range("status", u64::from(status), STATUSES)?;
                check_range("code", u64::from(code), CODES)?;
                check_range("retry_after", retry_after.map_or(0, |time| time.as_secs()), RETRY_AFTERS)
            }
            Effect::Delay(time) => check_range("delay_ms", milliseconds(time), DELAYS),
            Effect::Drop | Effect::SentThenDrop | Effect::Malformed | Effect::Truncated => Ok(()),
        }
    }

    /// Returns whether the fault applies to `request`.
    pub(crate) fn covers(&self, request: &RequestInfo) -> bool {
        self.operation.covers(request.operation)
            && self.to.as_ref().is_none_or(|to| Some(to) == request.to.as_ref())
            && self.account.as_ref().is_none_or(|account| *account == request.account_sid)
    }
}

/// Returns whole milliseconds.
pub(crate) fn milliseconds(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

fn check_range(name: &str, value: u64, range: RangeInclusive<u64>) -> Result<(), InvalidFault> {
    if range.contains(&value) { Ok(()) } else { Err(out_of_range(name, &range)) }
}

/// The error for a setting that is outside its range or not a whole number.
pub(crate) fn out_of_range(name: &str, range: &RangeInclusive<u64>) -> InvalidFault {
    InvalidFault(format!("`{name}` must be a whole number from {} to {}.", range.start(), range.end()))
}

/// A setting of a fault is missing, unknown or out of range. The text names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvalidFault(pub(crate) String);

impl fmt::Display for InvalidFault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl std::error::Error for InvalidFault {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::faults::operation_filter::OperationKind;
    use crate::twilio::operations::Operation;

    #[test]
    fn each_setting_has_its_limits() {
        let drop = || NewFault::new(OperationFilter::Any, Effect::Drop);
        let with = |effect| NewFault::new(OperationFilter::Any, effect);
        assert_eq!(drop().validate(), Ok(()));
        assert_eq!(drop().times(1_000_000).after(1_000_000).to("+1").validate(), Ok(()));
        for (fault, name) in [
            (drop().times(0), "times"),
            (drop().after(1_000_001), "after"),
            (drop().to(""), "to"),
            (drop().to("x".repeat(255)), "to"),
            (drop().account("AC1"), "account"),
            (with(Effect::status(399)), "status"),
            (with(Effect::status(600)), "status"),
            (with(Effect::status(500).with_code(0)), "code"),
            (with(Effect::status(500).with_retry_after(Duration::from_secs(86_401))), "retry_after"),
            (with(Effect::Delay(Duration::ZERO)), "delay_ms"),
            (with(Effect::Delay(Duration::from_secs(61))), "delay_ms"),
        ] {
            let error = fault.validate().unwrap_err().to_string();
            assert!(error.starts_with(&format!("`{name}`")), "{error}");
        }
    }

    #[test]
    fn a_fault_covers_its_operation_recipient_and_account() {
        let fault = NewFault::new(OperationKind::Check, Effect::Drop).to("+1");
        let request = |operation, to: Option<&str>| RequestInfo {
            account_sid: "AC".into(),
            operation: Some(operation),
            to: to.map(str::to_owned),
        };
        let check = Operation::CreateVerificationCheck;
        assert!(fault.covers(&request(check, Some("+1"))));
        assert!(!fault.covers(&request(check, Some("+2"))));
        assert!(!fault.covers(&request(check, None)));
        assert!(!fault.covers(&request(Operation::CreateVerification, Some("+1"))));
        let other = NewFault { to: None, ..fault }.account("AC2");
        assert!(!other.covers(&request(check, Some("+1"))));
    }
}
