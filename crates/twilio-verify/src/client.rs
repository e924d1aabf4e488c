//! The client itself. Starting, checking and looking up have files of their own.

use std::fmt;
use std::sync::Arc;

use serde::Deserialize;

use super::gate::Gate;
use super::transport::{Call, Transport};
use super::{
    Failure, FailureKind, FriendlyName, InvalidSettings, Observer, Operation, ServiceSid, Settings,
    VerificationSid,
};
use movable_clock::Clock;

/// Speaks to one Verify service, and to Lookup. Clones are cheap and share their connections.
#[derive(Clone)]
pub struct VerifyClient {
    pub(super) transport: Arc<Transport>,
    pub(super) service_sid: Option<ServiceSid>,
    gate: Arc<Gate>,
    pub(super) lookup_gate: Arc<Gate>,
}

impl VerifyClient {
    /// Checks the settings and sets up TLS; connects to nothing.
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

    /// The same client, which goes by another clock when Twilio fails.
    pub fn timed_by(self, clock: Clock) -> Self {
        let (gate, lookup_gate) = (self.gate.timed_by(clock.clone()), self.lookup_gate.timed_by(clock));
        Self { gate, lookup_gate, ..self }
    }

    pub(super) fn observer(&self) -> Arc<dyn Observer> {
        self.transport.observer.clone()
    }

    /// Whether a call would be made at this moment, for those who would count it first. Where Twilio fails again and
    /// again it is not asked for a while.
    pub fn would_ask(&self, operation: Operation) -> Result<(), Failure> {
        let lost = self.gate.look().err();
        lost.map_or(Ok(()), |lost| {
            let (call, kind) = (Call::not_made(operation, lost, self.observer()), FailureKind::Unavailable);
            let failure = call.failure(kind);
            call.report(Err(failure), "")
        })
    }

    /// Ends a verification, so that its code is worth nothing and the next start makes a new one.
    /// A verification that is not there any more is a success: there is nothing left to cancel.
    pub async fn cancel(&self, sid: &VerificationSid) -> Result<(), Failure> {
        let form = [("Status", "canceled")];
        let call = self.post_to_service(Operation::Cancel, &format!("Verifications/{sid}"), &form).await;
        if call.http_status() == Some(404) {
            return call.report(Ok(()), "already_gone");
        }
        let result = call.accepted::<Canceled>().and_then(|canceled| {
            let done = canceled.sid == sid.as_str() && canceled.status == "canceled";
            if done { Ok(()) } else { Err(call.failure(FailureKind::Unavailable)) }
        });
        call.report(result, "canceled")
    }

    /// Makes a Verify service, with Twilio's defaults (codes of 6 digits, valid for 10 minutes). Needs no service
    /// in the settings. The name stands in the messages.
    pub async fn create_service(&self, friendly_name: &FriendlyName) -> Result<ServiceSid, Failure> {
        let form = [("FriendlyName", friendly_name.as_str())];
        let call = self.transport.post(Operation::CreateService, "/v2/Services", &form).await;
        let result = call.accepted::<Created>().and_then(|created| {
            ServiceSid::parse(created.sid).map_err(|_| call.failure(FailureKind::Unavailable))
        });
        call.report(result, "created")
    }

    /// Posts to a path below the service.
    pub(super) async fn post_to_service(
        &self,
        operation: Operation,
        path: &str,
        form: &[(&str, &str)],
    ) -> Call {
        let Some(service) = &self.service_sid else {
            return Call::without_service(operation, self.observer());
        };
        match self.gate.enter() {
            Ok(permit) => {
                let path = format!("/v2/Services/{service}/{path}");
                let call = self.transport.post(operation, &path, form).await;
                Call { permit: Some(permit), ..call }
            }
            Err(lost) => Call::not_made(operation, lost, self.observer()),
        }
    }
}

/// Shows the service and nothing of the credentials.
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
