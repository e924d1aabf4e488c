//! The error of a call.

use std::fmt;
use std::time::Duration;

use super::{FailureKind, Operation, error_codes};

/// The error of a call. It is safe to log: it contains no phone number, no code and no credentials. It does
/// not contain Twilio's message either, because that quotes the number; [`Failure::message`] is the only
/// exception.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    pub(super) operation: Operation,
    pub(super) kind: FailureKind,
    pub(super) code: Option<u32>,
    pub(super) http_status: Option<u16>,
    pub(super) request_id: Option<String>,
    pub(super) cause: Option<String>,
    pub(super) message: Option<String>,
    pub(super) retry_after: Option<Duration>,
    pub(super) certainly_not_processed: bool,
}

impl Failure {
    /// Returns the kind of failure.
    pub fn kind(&self) -> FailureKind {
        self.kind
    }

    /// Returns the operation that failed.
    pub fn operation(&self) -> Operation {
        self.operation
    }

    /// Returns Twilio's error code, if the response has one.
    pub fn code(&self) -> Option<u32> {
        self.code
    }

    /// Returns the HTTP status, or `None` if there is no response.
    pub fn http_status(&self) -> Option<u16> {
        self.http_status
    }

    /// Returns the header `Twilio-Request-Id`, which Twilio's support asks for.
    pub fn request_id(&self) -> Option<&str> {
        self.request_id.as_deref()
    }

    /// Returns why there is no response, such as a failed connection or a timeout. Returns `None` if there is
    /// one.
    pub fn cause(&self) -> Option<&str> {
        self.cause.as_deref()
    }

    /// Returns Twilio's message, shortened and without control characters. Only failures of creating a
    /// service have one, because that message cannot quote a phone number.
    pub fn message(&self) -> Option<&str> {
        self.message.as_deref()
    }

    /// Returns what an operator can do about the failure. Returns `None` if nothing needs to be done, or if
    /// waiting helps.
    pub fn hint(&self) -> Option<&'static str> {
        error_codes::hint(self.kind, self.code, self.http_status)
    }

    /// Returns how long to wait before the next attempt, at most one hour, if that is known.
    pub fn retry_after(&self) -> Option<Duration> {
        self.retry_after
    }

    /// Returns `true` if Twilio certainly did not process the request: it was never sent, or the status is
    /// 4xx. Otherwise a code may have been sent, or an attempt may have been counted.
    pub fn certainly_not_processed(&self) -> bool {
        self.certainly_not_processed
    }
}

impl Failure {
    /// Builds the failure of a code that is not sent because of the line type of its number.
    pub fn unsuitable_line() -> Self {
        Self {
            operation: Operation::LookUp,
            kind: FailureKind::Undeliverable,
            code: None,
            http_status: None,
            request_id: None,
            cause: None,
            message: None,
            retry_after: None,
            certainly_not_processed: true,
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}: {}", self.operation.api(), self.operation.as_str(), self.kind.as_str())?;
        if let Some(status) = self.http_status {
            write!(f, ", HTTP {status}")?;
        }
        if let Some(code) = self.code {
            write!(f, ", code {code}")?;
        }
        if let Some(request_id) = &self.request_id {
            write!(f, ", request {request_id}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Failure {}
