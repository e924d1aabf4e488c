//! The client. Other files add its larger operations.

use std::fmt;
use std::sync::Arc;

use movable_clock::Clock;
use serde::Deserialize;

use super::call::TwilioCall;
use super::gate::Gate;
use super::transport::Transport;
use super::{
    Failure, FailureKind, FriendlyName, InvalidSettings, Observer, Operation, ServiceSid, Settings,
    VerificationSid,
};

/// A client of one Verify service and of Lookup. Clones are cheap and share connections.
#[derive(Clone)]
pub struct VerifyClient {
    pub(super) transport: Arc<Transport>,
    pub(super) service_sid: Option<ServiceSid>,
    gate: Arc<Gate>,
    pub(super) lookup_gate: Arc<Gate>,
}

impl VerifyClient {
    /// Creates a client. Does not connect yet.
    ///
    /// # Errors
    /// If a setting is invalid or TLS cannot be set up.
    pub fn new(settings: Settings) -> Result<Self, InvalidSettings> {
        let (base_url, service_sid) = settings.check()?;
        let gate = |operation: Operation, observer| {
            Gate::new(operation.api(), settings.max_calls, Clock::system(), observer)
        };
        let lookup_gate = gate(Operation::LookUp, None);
        let gate = gate(Operation::Start, Some(settings.observer.clone()));
        let transport = Arc::new(Transport::new(base_url, settings)?);
        Ok(Self { transport, service_sid, gate, lookup_gate })
    }

    /// Replaces the clock of the circuit breakers and resets them.
    pub fn with_clock(self, clock: Clock) -> Self {
        let gate = self.gate.with_clock(clock.clone());
        let lookup_gate = self.lookup_gate.with_clock(clock);
        Self { gate, lookup_gate, ..self }
    }

    pub(super) fn observer(&self) -> Arc<dyn Observer> {
        self.transport.observer.clone()
    }

    /// Checks that the circuit breaker and the maximum number of calls allow a call of Verify now. Makes no
    /// call.
    ///
    /// # Errors
    /// The failure of `operation` if it were called now.
    pub fn ensure_available(&self, operation: Operation) -> Result<(), Failure> {
        let Err(reason) = self.gate.check() else { return Ok(()) };
        let call = TwilioCall::not_made(operation, reason, self.observer());
        let failure = call.failure(FailureKind::Unavailable);
        call.finish(Err(failure), "")
    }

    /// Cancels a verification, so its code becomes invalid and the next start generates a new one. Succeeds
    /// if the verification no longer exists.
    ///
    /// # Errors
    /// If Twilio rejects the request or cannot be reached.
    pub async fn cancel(&self, sid: &VerificationSid) -> Result<(), Failure> {
        let form = [("Status", "canceled")];
        let call = self.post_to_service(Operation::Cancel, &format!("Verifications/{sid}"), &form).await;
        if call.http_status() == Some(404) {
            return call.finish(Ok(()), "already_gone");
        }
        let result = call.accepted::<Canceled>().and_then(|canceled| {
            let done = canceled.sid == sid.as_str() && canceled.status == "canceled";
            if done { Ok(()) } else { Err(call.failure(FailureKind::Unavailable)) }
        });
        call.finish(result, "canceled")
    }

    /// Creates a Verify service with Twilio's defaults: codes of 6 digits, valid for 10 minutes. Messages
    /// show the name. The settings need no service.
    ///
    /// # Errors
    /// If Twilio rejects the request or cannot be reached.
    pub async fn create_service(&self, friendly_name: &FriendlyName) -> Result<ServiceSid, Failure> {
        let form = [("FriendlyName", friendly_name.as_str())];
        let call = self.transport.post(Operation::CreateService, "/v2/Services", &form).await;
        let result = call.accepted::<Created>().and_then(|created| {
            ServiceSid::parse(created.sid).map_err(|_| call.failure(FailureKind::Unavailable))
        });
        call.finish(result, "created")
    }

    /// Posts to a path below the service, through the gate.
    pub(super) async fn post_to_service(
        &self,
        operation: Operation,
        path: &str,
        form: &[(&str, &str)],
    ) -> TwilioCall {
        let Some(service) = &self.service_sid else {
            return TwilioCall::without_service(operation, self.observer());
        };
        match self.gate.enter() {
            Ok(permit) => {
                let path = format!("/v2/Services/{service}/{path}");
                let call = self.transport.post(operation, &path, form).await;
                TwilioCall { permit: Some(permit), ..call }
            }
            Err(reason) => TwilioCall::not_made(operation, reason, self.observer()),
        }
    }
}

/// Shows the service, never the credentials.
impl fmt::Debug for VerifyClient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VerifyClient").field("service_sid", &self.service_sid).finish_non_exhaustive()
    }
}

#[derive(Deserialize)]
struct Canceled {
    sid: String,
    status: String,
}

#[derive(Deserialize)]
struct Created {
    sid: String,
}
