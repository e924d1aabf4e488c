//! The one table from Twilio's error codes to [`FailureKind`], and what an unknown code falls back to.
//!
//! Source: Twilio's error dictionary, <https://www.twilio.com/docs/api/errors>. Twilio warns that causes change
//! and codes are added, which is why the HTTP status decides where the table is silent. The code comes first
//! all the same: a 401 may be about SendGrid (60603), and a 403 about the phone number (60605).

use super::FailureKind::{
    self, Busy, InvalidNumber, Misconfigured, TooManyChecks, TooManySends, Unavailable, Undeliverable,
    VerificationGone,
};
use super::Operation;

/// Twilio's code for "starts of this phone number are running at this moment".
pub(super) const CONCURRENT_STARTS: u32 = 60212;

/// What a refusal means. `code` is the body's, where it had one.
pub(super) fn kind_of(operation: Operation, code: Option<u32>, http_status: u16) -> FailureKind {
    code.and_then(|code| kind_of_code(operation, code))
        .unwrap_or_else(|| kind_of_status(operation, code, http_status))
}

/// The table. `None`: not in it.
fn kind_of_code(operation: Operation, code: u32) -> Option<FailureKind> {
    let kind = match code {
        // The account: credentials, suspended or out of funds, test credentials, closed.
        20003 | 20005 | 20008 | 20403 => Misconfigured,
        // Not found. At the start it is the service that is not there; afterwards it is the verification.
        20404 | 60623 => missing(operation),
        20429 | CONCURRENT_STARTS => Busy,
        20500 | 20503 => Unavailable,

        // Messaging's codes, which can surface here: no such number; country not enabled, recipient opted out, not a mobile.
        21211 => InvalidNumber,
        21408 | 21610 | 21614 => Undeliverable,
        // A trial account sends to numbers it has verified, and to no other.
        21608 => Misconfigured,

        // Silent network authentication could not do it; another channel can.
        60001..=60008 => Undeliverable,
        // Invalid parameter: at the start `To` is the only one that a user chooses. A code that is not of 4 to 10
        // characters, or a bad name for a service, should not have got this far.
        60200 => rejected_parameter(operation),
        60202 => TooManyChecks,
        60203 => TooManySends,
        60201 | 60204 => Misconfigured,
        60205 => Undeliverable,         // a landline, and the channel is sms
        60206 | 60214 => Misconfigured, // PSD2
        60207..=60211 => Misconfigured, // provisioning of programmable rate limits
        60213 | 60215 | 60217..=60219 | 60222 => Misconfigured, // messaging configuration, email
        60220 | 60226 => Undeliverable, // China, without a use case that was vetted
        60221 => Misconfigured,         // neither `To` nor a SID: ours
        60223 => Undeliverable,         // this channel is switched off in the service; another may do
        60224 | 60227..=60229 | 60408 | 60409 => Misconfigured, // templates
        60238 => Undeliverable,         // blocked by Twilio for this destination
        60245 | 60247 => Misconfigured, // messaging limit, body too long
        60300..=60326 => Misconfigured, // factors and challenges, which this client never asks for
        60410 | 60413 => Undeliverable, // Fraud Guard, device intelligence
        60411 => Misconfigured,         // safe list, never asked for
        60550 => Undeliverable,         // no channel possible
        60602 => Misconfigured,         // AppHash with another channel than sms: ours
        60603 | 60604 => Misconfigured, // SendGrid; a 401 that is not about our credentials
        60605 => Undeliverable,         // geo permissions, sanctioned countries
        60606..=60626 => Misconfigured, // Lookup
        _ => return None,
    };
    Some(kind)
}

/// What an answer means whose code is unknown, or which has none.
fn kind_of_status(operation: Operation, code: Option<u32>, http_status: u16) -> FailureKind {
    match http_status {
        400 => rejected_parameter(operation),
        // With a code, Verify itself refuses to send: new reasons have all been of the kind of 60410 and 60605.
        // Without one it was something in between that spoke, a firewall for instance.
        403 if operation == Operation::Start && code.is_some() => Undeliverable,
        404 => missing(operation),
        408 => Unavailable,
        429 => Busy,
        // A redirect means a wrong base URL; the rest of 4xx, a request that is wrong whatever the number.
        300..=499 => Misconfigured,
        _ => Unavailable,
    }
}

fn missing(operation: Operation) -> FailureKind {
    match operation {
        Operation::Start | Operation::CreateService => Misconfigured,
        Operation::Check | Operation::Cancel => VerificationGone,
    }
}

fn rejected_parameter(operation: Operation) -> FailureKind {
    match operation {
        Operation::Start => InvalidNumber,
        Operation::Check | Operation::Cancel | Operation::CreateService => Misconfigured,
    }
}

/// What an operator can do about it, for the log; `None` where nothing needs doing.
pub(super) fn hint(kind: FailureKind, code: Option<u32>, http_status: Option<u16>) -> Option<&'static str> {
    let hint = match (code, http_status) {
        (Some(20003), _) | (None, Some(401)) => "check the account SID or API key, and its secret",
        (Some(20005 | 20403), _) => {
            "look at the account in Twilio's console: suspended, closed or out of funds"
        }
        (Some(20008), _) => "Verify does not take test credentials: use the account's own, or the sandbox",
        (Some(21608), _) => "a trial account reaches verified numbers only: upgrade it, or verify the number",
        (Some(60223), _) => "enable this channel in the Verify service",
        (Some(60603 | 60604), _) => "look at the SendGrid account behind the Verify service",
        (Some(60605 | 21408), _) => "to serve this country, allow it in Twilio's geo permissions",
        (Some(60410), _) => {
            "Fraud Guard blocks this prefix for 12 hours; if the traffic is honest, tell Twilio"
        }
        _ if kind != Misconfigured => return None,
        (Some(20404), _) | (None, Some(404)) => {
            "check the Verify service SID, that it belongs to this account, and the base URL"
        }
        (None, Some(300..=399)) => "the base URL answers with a redirect: check it",
        (None, None) => "set the Verify service SID; `countersign twilio create-service` makes one",
        _ => "look the code up at https://www.twilio.com/docs/api/errors",
    };
    Some(hint)
}
