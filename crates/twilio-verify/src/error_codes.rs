//! Maps Twilio's error codes to [`FailureKind`] and to hints for operators.
//!
//! Source: Twilio's error dictionary, <https://www.twilio.com/docs/api/errors>. Twilio warns that causes
//! change and codes are added, so an unknown code falls back to the HTTP status. A known code takes
//! precedence over the status: a 401 can be about SendGrid (60603), and a 403 about the phone number (60605).

use super::FailureKind::{
    self, Busy, InvalidNumber, Misconfigured, TooManyChecks, TooManySends, Unavailable, Undeliverable,
    VerificationGone,
};
use super::Operation;

/// Twilio's code for concurrent starts for the same phone number.
pub(super) const CONCURRENT_STARTS: u32 = 60212;

/// Returns the kind of failure of an error response. `code` is the code in its body, if there is one.
pub(super) fn kind_of(operation: Operation, code: Option<u32>, http_status: u16) -> FailureKind {
    code.and_then(|code| kind_of_code(operation, code))
        .unwrap_or_else(|| kind_of_status(operation, code, http_status))
}

/// Returns the kind for a known code.
fn kind_of_code(operation: Operation, code: u32) -> Option<FailureKind> {
    let kind = match code {
        // The account: wrong credentials, suspended or out of funds, test credentials, closed.
        20003 | 20005 | 20008 | 20403 => Misconfigured,
        // Not found: the service at a start, the verification later.
        20404 | 60623 => missing(operation),
        20429 | CONCURRENT_STARTS => Busy,
        20500 | 20503 => Unavailable,

        // Codes of Messaging: invalid number; country not enabled, recipient opted out, not a mobile.
        21211 => InvalidNumber,
        21408 | 21610 | 21614 => Undeliverable,
        // A trial account can only send to verified numbers.
        21608 => Misconfigured,

        // Silent network authentication failed. Another channel may work.
        60001..=60008 => Undeliverable,
        // Invalid parameter. At a start, the user chooses only `To`. A code that does not have 4 to 10
        // characters, or an invalid name of a service, must be rejected before the call.
        60200 => rejected_parameter(operation),
        60202 => TooManyChecks,
        60203 => TooManySends,
        60201 | 60204 => Misconfigured,
        60205 => Undeliverable,         // a landline cannot receive an SMS
        60206 | 60214 => Misconfigured, // PSD2
        60207..=60211 => Misconfigured, // provisioning of programmable rate limits
        60213 | 60215 | 60217..=60219 | 60222 => Misconfigured, // messaging configuration, email
        60220 | 60226 => Undeliverable, // China, without a vetted use case
        60221 => Misconfigured,         // neither `To` nor a SID: a mistake of this client
        60223 => Undeliverable,         // the channel is disabled in the service; another may work
        60224 | 60227..=60229 | 60408 | 60409 => Misconfigured, // templates
        60238 => Undeliverable,         // an account under review, or a sanctioned country
        60245 | 60247 => Misconfigured, // messaging limit, body too long
        60300..=60326 => Misconfigured, // factors and challenges, which this client does not use
        60410 => Undeliverable,         // Fraud Guard blocks the prefix for 12 hours
        60413 => Undeliverable,         // blocked by Device Intelligence
        60411 => Misconfigured,         // safe list, which this client does not use
        60550 => Undeliverable,         // no channel possible
        60602 => Misconfigured,         // AppHash with another channel than sms: a mistake of this client
        60603 | 60604 => Misconfigured, // SendGrid; a 401 that is not about the Twilio credentials
        60605 => Undeliverable,         // geo permissions, sanctioned countries
        // Lookup: the number is unprovisioned or not covered.
        60600 | 60607 | 60610 if operation == Operation::LookUp => InvalidNumber,
        60600 | 60601 | 60606..=60626 => Misconfigured, // Lookup
        _ => return None,
    };
    Some(kind)
}

/// Returns the kind for an unknown code or none.
fn kind_of_status(operation: Operation, code: Option<u32>, http_status: u16) -> FailureKind {
    match http_status {
        400 => rejected_parameter(operation),
        // With a code, Verify itself rejects the send. All new codes have been similar to 60410 and 60605.
        // Without a code, the response comes from something in between, such as a firewall.
        403 if operation == Operation::Start && code.is_some() => Undeliverable,
        404 => missing(operation),
        408 => Unavailable,
        429 => Busy,
        // A redirect means a wrong base URL. The other 4xx mean an invalid request.
        300..=499 => Misconfigured,
        _ => Unavailable,
    }
}

fn missing(operation: Operation) -> FailureKind {
    match operation {
        Operation::Start | Operation::CreateService | Operation::FetchService => Misconfigured,
        // The phone number is the resource.
        Operation::LookUp => InvalidNumber,
        Operation::Check | Operation::Cancel => VerificationGone,
    }
}

fn rejected_parameter(operation: Operation) -> FailureKind {
    match operation {
        Operation::Start | Operation::LookUp => InvalidNumber,
        Operation::Check | Operation::Cancel | Operation::CreateService | Operation::FetchService => {
            Misconfigured
        }
    }
}

/// Returns what an operator can do about a failure, if anything.
pub(super) fn hint(kind: FailureKind, code: Option<u32>, http_status: Option<u16>) -> Option<&'static str> {
    let hint = match (code, http_status) {
        (Some(20003), _) | (None, Some(401)) => "check the account SID or API key, and its secret",
        (Some(20005 | 20403), _) => {
            "look at the account in Twilio's console: it is suspended, closed or out of funds"
        }
        (Some(20008), _) => {
            "Verify does not accept test credentials: use live ones, or a test double of Verify"
        }
        (Some(21608), _) => {
            "a trial account can only send to verified numbers: upgrade it, or verify the number"
        }
        (Some(60223), _) => "enable this channel in the Verify service",
        (Some(60603 | 60604), _) => "look at the SendGrid account behind the Verify service",
        (Some(60605 | 21408), _) => "to send to this country, allow it in Twilio's geo permissions",
        (Some(60410), _) => {
            "Fraud Guard blocks this prefix for 12 hours; if the traffic is legitimate, contact Twilio"
        }
        (Some(60601 | 60606), _) => {
            "ask Twilio to enable Lookup's line type intelligence for this account (Canada requires approval), or do not \
             use Lookup"
        }
        _ if kind != Misconfigured => return None,
        (Some(20404), _) | (None, Some(404)) => {
            "check the Verify service SID, that the service belongs to this account, and the base URL"
        }
        (None, Some(300..=399)) => "the base URL returns a redirect: correct it",
        (None, None) => "set the SID of a Verify service; create one first if there is none",
        _ => "look the code up at https://www.twilio.com/docs/api/errors",
    };
    Some(hint)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The codes of Twilio's dictionary that Verify can return, and their kind at a start.
    const AT_START: &[(FailureKind, &[u32])] = &[
        (InvalidNumber, &[21211, 60200]),
        (
            Undeliverable,
            &[
                21408, 21610, 21614, 60001, 60008, 60205, 60220, 60223, 60226, 60238, 60410, 60413, 60550,
                60605,
            ],
        ),
        (TooManySends, &[60203]),
        (TooManyChecks, &[60202]),
        (Busy, &[20429, 60212]),
        (Unavailable, &[20500, 20503]),
        (
            Misconfigured,
            &[
                20003, 20005, 20008, 20403, 20404, 21608, 60201, 60204, 60206, 60207, 60208, 60209, 60210,
                60211, 60213, 60214, 60215, 60217, 60218, 60219, 60221, 60222, 60224, 60227, 60228, 60229,
                60245, 60247, 60300, 60311, 60326, 60408, 60409, 60411, 60602, 60603, 60604, 60606, 60623,
                60626,
            ],
        ),
    ];

    #[test]
    fn known_code_takes_precedence_over_the_status() {
        for (kind, codes) in AT_START {
            for code in *codes {
                // The status alone is ambiguous: 401 can be about SendGrid, and 403 about the number.
                for status in [400, 401, 403, 404, 429, 500, 503, 418] {
                    assert_eq!(kind_of(Operation::Start, Some(*code), status), *kind, "{code} with {status}");
                }
            }
        }
    }

    #[test]
    fn not_found_is_the_service_at_a_start_and_the_verification_later() {
        for code in [Some(20404), None, Some(99_999)] {
            assert_eq!(kind_of(Operation::Start, code, 404), Misconfigured);
            assert_eq!(kind_of(Operation::CreateService, code, 404), Misconfigured);
            assert_eq!(kind_of(Operation::FetchService, code, 404), Misconfigured);
            assert_eq!(kind_of(Operation::Check, code, 404), VerificationGone);
            assert_eq!(kind_of(Operation::Cancel, code, 404), VerificationGone);
        }
    }

    #[test]
    fn rejected_parameter_is_the_number_at_a_start_and_a_mistake_later() {
        for code in [Some(60200), None, Some(99_999)] {
            assert_eq!(kind_of(Operation::Start, code, 400), InvalidNumber);
            for operation in
                [Operation::Check, Operation::Cancel, Operation::CreateService, Operation::FetchService]
            {
                assert_eq!(kind_of(operation, code, 400), Misconfigured, "{operation:?}");
            }
        }
    }

    #[test]
    fn unknown_code_falls_back_to_the_status() {
        let unknown = Some(69_999);
        for (status, kind) in [
            (301, Misconfigured),
            (401, Misconfigured),
            (405, Misconfigured),
            (408, Unavailable),
            (415, Misconfigured),
            (429, Busy),
            (500, Unavailable),
            (502, Unavailable),
            (599, Unavailable),
        ] {
            for operation in [Operation::Start, Operation::Check] {
                assert_eq!(kind_of(operation, unknown, status), kind, "{status}");
                assert_eq!(kind_of(operation, None, status), kind, "{status} without a code");
            }
        }
        assert_eq!(kind_of(Operation::Start, unknown, 403), Undeliverable);
        assert_eq!(kind_of(Operation::Start, None, 403), Misconfigured);
        assert_eq!(kind_of(Operation::Check, unknown, 403), Misconfigured);
    }

    #[test]
    fn every_misconfiguration_has_a_hint() {
        for status in 300..600 {
            for code in [None, Some(20003), Some(20404), Some(60602), Some(69_999)] {
                let kind = kind_of(Operation::Start, code, status);
                let hinted = hint(kind, code, Some(status)).is_some();
                assert!(hinted || kind != Misconfigured, "{status} {code:?}");
            }
        }
        assert_eq!(hint(TooManyChecks, Some(60202), Some(429)), None);
        assert_eq!(hint(Unavailable, None, None), None);
    }
}
