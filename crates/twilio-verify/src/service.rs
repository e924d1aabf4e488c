//! Fetches the Verify service, which shows whether the settings work.

use chrono::{DateTime, Utc};
use serde::Deserialize;

use super::call::TwilioCall;
use super::{Failure, FailureKind, Operation, VerifyClient};

/// The Verify service, and the time of the response.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Service {
    /// The name that messages show.
    pub friendly_name: String,
    /// The number of digits in a code.
    pub code_length: u8,
    /// Twilio's clock, in whole seconds. `None` if the response has no valid `Date`.
    pub answered_at: Option<DateTime<Utc>>,
}

impl VerifyClient {
    /// Fetches the service of the settings. Changes nothing. Success means that the base URL, the credentials
    /// and the SID of the service are right.
    ///
    /// # Errors
    /// [`FailureKind::Misconfigured`] if the service does not exist or belongs to another account. Other
    /// failures if Twilio cannot be reached.
    pub async fn fetch_service(&self) -> Result<Service, Failure> {
        let operation = Operation::FetchService;
        let Some(sid) = &self.service_sid else {
            let call = TwilioCall::without_service(operation, self.observer());
            let failure = call.failure(FailureKind::Misconfigured);
            return call.finish(Err(failure), "fetched");
        };
        let call = self.transport.get(operation, &format!("/v2/Services/{sid}")).await;
        let result = call.accepted::<Fetched>().and_then(|fetched| {
            if fetched.sid != sid.as_str() {
                return Err(call.failure(FailureKind::Unavailable));
            }
            Ok(Service {
                friendly_name: fetched.friendly_name,
                code_length: fetched.code_length,
                answered_at: call.date(),
            })
        });
        call.finish(result, "fetched")
    }
}

/// The fields of the response that matter.
#[derive(Deserialize)]
struct Fetched {
    sid: String,
    friendly_name: String,
    code_length: u8,
}
