//! From an exchange to a result, and to the one log line that every call leaves.

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use serde::Deserialize;
use tracing::{debug, error, info, warn};

use super::error_codes::kind_of;
use super::transport::{Answer, Call, Lost};
use super::{Failure, FailureKind, Observer, Operation};

impl Call {
    /// A call that was not made, because no service is configured.
    pub(super) fn without_service(operation: Operation, observer: Arc<dyn Observer>) -> Self {
        let lost = Lost::not_asked(FailureKind::Misconfigured, None, "no Verify service is set");
        Self::not_made(operation, lost, observer)
    }

    /// A call that was not made.
    pub(super) fn not_made(operation: Operation, lost: Lost, observer: Arc<dyn Observer>) -> Self {
        Self { operation, outcome: Err(lost), requests: 0, took: Duration::ZERO, observer, permit: None }
    }

    /// The body of a 2xx answer, read as `T`. Whatever else came is a failure: a refusal by its code, an answer
    /// that is missing or makes no sense as [`FailureKind::Unavailable`].
    pub(super) fn accepted<T: for<'a> Deserialize<'a>>(&self) -> Result<T, Failure> {
        match &self.outcome {
            Ok(answer) if answer.is_success() => {
                answer.object().ok_or_else(|| self.failure(FailureKind::Unavailable))
            }
            Ok(answer) => Err(self.failure(kind_of(self.operation, answer.error_code(), answer.http_status))),
            Err(lost) => Err(self.failure(lost.kind)),
        }
    }

    /// A failure of this call. Whether Twilio has done something follows from what came back.
    pub(super) fn failure(&self, kind: FailureKind) -> Failure {
        let answer = self.outcome.as_ref().ok();
        Failure {
            operation: self.operation,
            kind,
            code: answer.and_then(Answer::error_code),
            http_status: answer.map(|answer| answer.http_status),
            request_id: answer.and_then(|answer| answer.request_id.clone()),
            message: answer.filter(|_| self.operation == Operation::CreateService).and_then(Answer::message),
            cause: self.outcome.as_ref().err().map(|lost| lost.cause.clone()),
            retry_after: match &self.outcome {
                Ok(answer) => answer.retry_after,
                Err(lost) => lost.retry_after,
            },
            certainly_not_processed: match &self.outcome {
                Ok(answer) => (400..500).contains(&answer.http_status),
                Err(lost) => lost.certainly_not_sent,
            },
        }
    }

    /// The far end's clock, where an answer came that told it.
    pub(super) fn date(&self) -> Option<DateTime<Utc>> {
        self.outcome.as_ref().ok().and_then(|answer| answer.date)
    }

    pub(super) fn http_status(&self) -> Option<u16> {
        self.outcome.as_ref().ok().map(|answer| answer.http_status)
    }

    /// Counts the call, writes the log line, tells the breaker, and hands the result on. `success` names what a good
    /// answer said.
    pub(super) fn report<T>(
        mut self,
        result: Result<T, Failure>,
        success: &'static str,
    ) -> Result<T, Failure> {
        if let Some(permit) = self.permit.take() {
            // Whatever Twilio answers, about a number or about us: it answers.
            permit.settle(!matches!(&result, Err(failure) if failure.kind == FailureKind::Unavailable));
        }
        let (api, operation) = (self.operation.api(), self.operation.as_str());
        let outcome = result.as_ref().map_or_else(|failure| failure.kind.as_str(), |_| success);
        let http_status = self.http_status();
        let request_id = self.outcome.as_ref().ok().and_then(|answer| answer.request_id.as_deref());
        let answered = self.outcome.as_ref().ok().and_then(Answer::error_code);
        // Lookup tells of some errors inside an answer that is none.
        let code = answered.or_else(|| result.as_ref().err().and_then(Failure::code));
        let requests = self.requests;
        if requests > 0 {
            self.observer.call_ended(self.operation, outcome, self.took);
        }
        let duration_ms = u64::try_from(self.took.as_millis()).unwrap_or(u64::MAX);
        let Err(failure) = &result else {
            info!(operation, outcome, http_status, code, request_id, requests, duration_ms, "{api}");
            return result;
        };
        let (cause, hint) = (failure.cause(), failure.hint());
        if failure.kind == FailureKind::Misconfigured {
            error!(
                operation,
                outcome, http_status, code, request_id, requests, duration_ms, cause, hint, "{api}"
            );
        } else if self.requests == 0 {
            // One line told when it began.
            debug!(operation, outcome, cause, "{api} was not asked");
        } else {
            warn!(
                operation,
                outcome, http_status, code, request_id, requests, duration_ms, cause, hint, "{api}"
            );
        }
        result
    }
}
