//! Looks up the line type of a phone number with Lookup v2. Each look-up costs money.

use serde::Deserialize;

use super::call::TwilioCall;
use super::error_codes::kind_of;
use super::{Failure, FailureKind, LineType, Operation, VerifyClient};

impl VerifyClient {
    /// Returns the line type of a number in E.164 format. Lookup has its own circuit breaker and maximum
    /// number of calls, so its failures do not affect verifications.
    ///
    /// # Errors
    /// If Twilio rejects the request, cannot be reached, or reports an `error_code` in a successful response.
    /// Unless the failure is [`certainly_not_processed`](Failure::certainly_not_processed), the look-up may
    /// have been charged.
    pub async fn look_up(&self, e164: &str) -> Result<LineType, Failure> {
        let operation = Operation::LookUp;
        let call = match self.lookup_gate.enter() {
            Ok(permit) => {
                let path = format!("/v2/PhoneNumbers/{e164}?Fields=line_type_intelligence");
                TwilioCall { permit: Some(permit), ..self.transport.get(operation, &path).await }
            }
            Err(reason) => TwilioCall::not_made(operation, reason, self.observer()),
        };
        let result = read(&call, e164);
        let success = result.as_ref().map_or("", |line_type| line_type.as_str());
        call.finish(result, success)
    }
}

/// The fields of the response that matter.
#[derive(Deserialize)]
struct PhoneNumber {
    phone_number: Option<String>,
    valid: bool,
    line_type_intelligence: Option<LineTypeIntelligence>,
}

#[derive(Deserialize)]
struct LineTypeIntelligence {
    #[serde(rename = "type")]
    line_type: Option<String>,
    error_code: Option<u32>,
}

fn read(call: &TwilioCall, expected: &str) -> Result<LineType, Failure> {
    let number = call.accepted::<PhoneNumber>()?;
    if !number.valid {
        return Err(call.failure(FailureKind::InvalidNumber));
    }
    let is_expected = number.phone_number.as_deref() == Some(expected);
    let Some(intelligence) = number.line_type_intelligence.filter(|_| is_expected) else {
        return Err(call.failure(FailureKind::Unavailable));
    };
    match intelligence.error_code {
        // The HTTP status is 200 in spite of the error.
        Some(code) => {
            let kind = kind_of(Operation::LookUp, Some(code), 200);
            Err(Failure { code: Some(code), ..call.failure(kind) })
        }
        None => Ok(intelligence.line_type.and_then(|word| word.parse().ok()).unwrap_or(LineType::Unknown)),
    }
}
