//! Fetching the service: the one question that can be asked to see whether everything is set up.

use chrono::{DateTime, Utc};
use serde::Deserialize;

use super::transport::Call;
use super::{Failure, FailureKind, Operation, VerifyClient};

/// What Twilio says about the Verify service, and the time at which it said so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Service {
    /// The name that messages show.
    pub friendly_name: String,
    /// Digits of a code.
    pub code_length: u8,
    /// Twilio's clock, in whole seconds, by the answer's `Date`; `None` where it has none that can be read.
    pub answered_at: Option<DateTime<Utc>>,
}

impl VerifyClient {
    /// Fetches the service of the settings. Sends no message and changes nothing; a success means that the
    /// base URL, the credentials and the service's SID are right. A service that is not there, or not this
    /// account's, is [`FailureKind::Misconfigured`].
    pub async fn fetch_service(&self) -> Result<Service, Failure> {
        let operation = Operation::FetchService;
        let Some(sid) = &self.service_sid else {
            let call = Call::without_service(operation, self.observer());
            let failure = call.failure(FailureKind::Misconfigured);
            return call.report(Err(failure), "fetched");
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
        call.report(result, "fetched")
    }
}

/// The part of Twilio's answer that matters.
#[derive(Deserialize)]
struct Fetched {
    sid: String,
    friendly_name: String,
    code_length: u8,
}
