//! A call of an operation: its result, its log line, and what its observer and the circuit breaker learn.

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use serde::Deserialize;
use tracing::{debug, error, info, warn};

use super::error_codes::kind_of;
use super::gate::Permit;
use super::no_response::NoResponse;
use super::response::TwilioResponse;
use super::{Failure, FailureKind, Observer, Operation};

/// One call of an operation, with all its requests.
pub(super) struct TwilioCall {
    pub(super) operation: Operation,
    /// The last response, or why there is none.
    pub(super) outcome: Result<TwilioResponse, NoResponse>,
    /// The number of requests sent.
    pub(super) requests: u32,
    /// The duration, including retries.
    pub(super) duration: Duration,
    pub(super) observer: Arc<dyn Observer>,
    /// The permit of the gate. `None` if the call did not pass one.
    pub(super) permit: Option<Permit>,
}

impl TwilioCall {
    /// A call that was not made because no service is configured.
    pub(super) fn without_service(operation: Operation, observer: Arc<dyn Observer>) -> Self {
        let reason = NoResponse::not_sent(FailureKind::Misconfigured, None, "no Verify service is set");
        Self::not_made(operation, reason, observer)
    }

    /// A call that was not made.
    pub(super) fn not_made(operation: Operation, reason: NoResponse, observer: Arc<dyn Observer>) -> Self {
        Self {
            operation,
            outcome: Err(reason),
            requests: 0,
            duration: Duration::ZERO,
            observer,
            permit: None,
        }
    }

    /// Parses the body of a 2xx response as `T`. If Twilio rejected the request, its error code decides the
    /// failure. If the body is missing or makes no sense, the failure is [`FailureKind::Unavailable`].
    pub(super) fn accepted<T: for<'a> Deserialize<'a>>(&self) -> Result<T, Failure> {
        match &self.outcome {
            Ok(response) if response.is_success() => {
                response.object().ok_or_else(|| self.failure(FailureKind::Unavailable))
            }
            Ok(response) => {
                Err(self.failure(kind_of(self.operation, response.error_code(), response.http_status)))
            }
            Err(reason) => Err(self.failure(reason.kind)),
        }
    }

    /// Builds a failure of this call. The outcome decides whether Twilio certainly did not process the
    /// request.
    pub(super) fn failure(&self, kind: FailureKind) -> Failure {
        let response = self.outcome.as_ref().ok();
        Failure {
            operation: self.operation,
            kind,
            code: response.and_then(TwilioResponse::error_code),
            http_status: response.map(|response| response.http_status),
            request_id: response.and_then(|response| response.request_id.clone()),
            message: response
                .filter(|_| self.operation == Operation::CreateService)
                .and_then(TwilioResponse::message),
            cause: self.outcome.as_ref().err().map(|reason| reason.cause.clone()),
            retry_after: match &self.outcome {
                Ok(response) => response.retry_after,
                Err(reason) => reason.retry_after,
            },
            certainly_not_processed: match &self.outcome {
                Ok(response) => (400..500).contains(&response.http_status),
                Err(reason) => reason.certainly_not_sent,
            },
        }
    }

    /// Returns Twilio's clock, if the response has a date.
    pub(super) fn date(&self) -> Option<DateTime<Utc>> {
        self.outcome.as_ref().ok().and_then(|response| response.date)
    }

    pub(super) fn http_status(&self) -> Option<u16> {
        self.outcome.as_ref().ok().map(|response| response.http_status)
    }

    /// Settles the permit, reports to the observer and writes the log line. Returns the result. `success` is
    /// the outcome that is reported for `Ok`.
    pub(super) fn finish<T>(
        mut self,
        result: Result<T, Failure>,
        success: &'static str,
    ) -> Result<T, Failure> {
        if let Some(permit) = self.permit.take() {
            // Every response that makes sense counts as a success, even if it is an error about the number or
            // the account.
            permit.settle(!matches!(&result, Err(failure) if failure.kind == FailureKind::Unavailable));
        }
        let api = self.operation.api();
        let operation = self.operation.as_str();
        let outcome = result.as_ref().map_or_else(|failure| failure.kind.as_str(), |_| success);
        let http_status = self.http_status();
        let request_id = self.outcome.as_ref().ok().and_then(|response| response.request_id.as_deref());
        let response_code = self.outcome.as_ref().ok().and_then(TwilioResponse::error_code);
        // Lookup reports some errors in a successful response.
        let code = response_code.or_else(|| result.as_ref().err().and_then(Failure::code));
        let requests = self.requests;
        if requests > 0 {
            self.observer.call_ended(self.operation, outcome, self.duration);
        }
        let duration_ms = u64::try_from(self.duration.as_millis()).unwrap_or(u64::MAX);
        let Err(failure) = &result else {
            info!(operation, outcome, http_status, code, request_id, requests, duration_ms, "{api}");
            return result;
        };
        let cause = failure.cause();
        let hint = failure.hint();
        if failure.kind == FailureKind::Misconfigured {
            error!(
                operation,
                outcome, http_status, code, request_id, requests, duration_ms, cause, hint, "{api}"
            );
        } else if self.requests == 0 {
            // The circuit breaker has logged a warning when it opened.
            debug!(operation, outcome, cause, "{api} was not called");
        } else {
            warn!(
                operation,
                outcome, http_status, code, request_id, requests, duration_ms, cause, hint, "{api}"
            );
        }
        result
    }
}
