//! A fault in JSON: as it is asked for, and as it is told.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::faults::Fault;
use crate::faults::fault::{Effect, FaultKind, Settings};
use crate::faults::request_info::OperationFilter;

/// What to break. Whatever does not belong to the kind of fault is refused.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = NewFault)]
#[allow(dead_code, reason = "for the document; fault.rs reads the members one by one, so that each is named")]
pub(crate) struct Wish {
    /// Which requests: `start`, `check`, `other`, `any`, or an operation's name at Twilio.
    #[schema(example = "start")]
    operation: String,
    /// What happens to them.
    fault: FaultKind,
    /// For `status`, which needs it: what is answered.
    #[schema(nullable = false, minimum = 400, maximum = 599, example = 503)]
    status: Option<u16>,
    /// For `status`: Twilio's code; by default its general one, such as 20503 for 503.
    #[schema(nullable = false, minimum = 1, maximum = 999_999, example = 20503)]
    code: Option<u32>,
    /// For `status`: seconds in the header `Retry-After`; by default there is none.
    #[schema(nullable = false, minimum = 0, maximum = 86_400)]
    retry_after: Option<u32>,
    /// For `delay`, which needs it: milliseconds of real time.
    #[schema(nullable = false, minimum = 1, maximum = 60_000)]
    delay_ms: Option<u64>,
    /// How many requests are hit. For an outage that lasts, take a large number and delete the fault in the end.
    #[schema(nullable = false, minimum = 1, maximum = 1_000_000, default = 1)]
    times: Option<u64>,
    /// How many such requests are let pass first.
    #[schema(nullable = false, minimum = 0, maximum = 1_000_000, default = 0)]
    after: Option<u64>,
    /// Only requests about this phone number or address: suites that run side by side name theirs.
    #[schema(nullable = false, example = "+12015550123")]
    to: Option<String>,
    /// Only requests of this account.
    #[schema(nullable = false, pattern = "^AC[0-9a-fA-F]{32}$")]
    account: Option<String>,
}

/// A fault.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Fault)]
pub(crate) struct FaultReading {
    /// Names it.
    #[schema(example = "3")]
    id: String,
    /// Which requests.
    #[schema(example = "start")]
    operation: &'static str,
    /// What happens to them.
    fault: FaultKind,
    /// What is answered.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, example = 503)]
    status: Option<u16>,
    /// Twilio's code in the answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, example = 20503)]
    code: Option<u32>,
    /// Seconds in the header `Retry-After`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    retry_after: Option<u32>,
    /// Milliseconds of real time.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    delay_ms: Option<u64>,
    /// How many requests are hit.
    #[schema(example = 1)]
    times: u64,
    /// How many are let pass first.
    #[schema(example = 0)]
    after: u64,
    /// Only requests about this phone number or address.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, example = "+12015550123")]
    to: Option<String>,
    /// Only requests of this account.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    account: Option<String>,
    /// How many have been hit. A fault whose `hits` have reached `times` stays in the list, and hits no more.
    #[schema(example = 0)]
    hits: u64,
}

impl FaultReading {
    /// A fault as it stands now.
    pub(super) fn of(fault: &Fault) -> Self {
        let Settings { operation, effect, times, after, to, account } = fault.settings.clone();
        let (mut status, mut code, mut wait, mut delay_ms) = (None, None, None, None);
        match effect {
            Effect::Status { status: answered, code: twilios, retry_after } => {
                (status, code, wait) = (Some(answered.as_u16()), Some(twilios), retry_after);
            }
            Effect::Delay(milliseconds) => delay_ms = Some(milliseconds),
            Effect::Drop | Effect::SentThenDrop | Effect::Malformed | Effect::Truncated => {}
        }
        Self {
            id: fault.number.to_string(),
            operation: OperationFilter::name(operation),
            fault: effect.kind(),
            status,
            code,
            retry_after: wait,
            delay_ms,
            times,
            after,
            to,
            account,
            hits: fault.hits,
        }
    }
}
