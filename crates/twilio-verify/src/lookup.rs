//! Asking Lookup v2 what kind of line a phone number is: a question that costs money, and sends nothing.

use serde::Deserialize;

use super::error_codes::kind_of;
use super::transport::Call;
use super::{Failure, FailureKind, LineType, Operation, VerifyClient};

impl VerifyClient {
    /// What kind of line a number in E.164 form is. No verification waits for the answer, so this has a breaker and a count
    /// of calls under way of its own: a Lookup that fails stops nothing but look-ups.
    ///
    /// # Errors
    /// Every failure, those included that Lookup tells of inside an answer that is none (`error_code`). Where it does not
    /// say [`certainly_not_processed`](Failure::certainly_not_processed), the look-up may have to be paid for.
    pub async fn look_up(&self, e164: &str) -> Result<LineType, Failure> {
        let operation = Operation::LookUp;
        let call = match self.lookup_gate.enter() {
            Ok(permit) => {
                let path = format!("/v2/PhoneNumbers/{e164}?Fields=line_type_intelligence");
                Call { permit: Some(permit), ..self.transport.get(operation, &path).await }
            }
            Err(lost) => Call::not_made(operation, lost, self.observer()),
        };
        let result = read(&call, e164);
        let success = result.as_ref().map_or("", |line_type| line_type.as_str());
        call.report(result, success)
    }
}

/// The part of Twilio's answer that matters.
#[derive(Deserialize)]
struct Answer {
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

fn read(call: &Call, asked: &str) -> Result<LineType, Failure> {
    let answer = call.accepted::<Answer>()?;
    if !answer.valid {
        return Err(call.failure(FailureKind::InvalidNumber));
    }
    let is_about_it = answer.phone_number.as_deref() == Some(asked);
    let Some(told) = answer.line_type_intelligence.filter(|_| is_about_it) else {
        return Err(call.failure(FailureKind::Unavailable));
    };
    match told.error_code {
        // The status of the answer is 200 and says nothing about it.
        Some(code) => {
            let kind = kind_of(Operation::LookUp, Some(code), 200);
            Err(Failure { code: Some(code), ..call.failure(kind) })
        }
        None => Ok(told.line_type.and_then(|word| word.parse().ok()).unwrap_or(LineType::Unknown)),
    }
}
