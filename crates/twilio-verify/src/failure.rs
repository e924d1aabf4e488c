//! A failed call.

use std::fmt;
use std::time::Duration;

use super::{FailureKind, Operation, error_codes};

/// A failed call. It is safe to log: it contains no phone number, code or credential. Except in
/// [`Failure::message`], it contains nothing of Twilio's message, which quotes the number.
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

    /// Returns Twilio's error code, if the answer had one.
    pub fn code(&self) -> Option<u32> {
        self.code
    }

    /// Returns the HTTP status of the answer, or `None` if there was none.
    pub fn http_status(&self) -> Option<u16> {
        self.http_status
    }

    /// Returns the header `Twilio-Request-Id`, which Twilio's support asks for.
    pub fn request_id(&self) -> Option<&str> {
        self.request_id.as_deref()
    }

    /// Returns why there was no answer (connection, TLS, timeout), or `None` if there was one.
    pub fn cause(&self) -> Option<&str> {
        self.cause.as_deref()
    }

    /// Returns Twilio's message, shortened and without control characters, for the operator. Only failures to create a
    /// service have it, because other messages can quote a phone number.
    pub fn message(&self) -> Option<&str> {
        self.message.as_deref()
    }

    /// Returns what an operator can do, or `None` if waiting helps.
    pub fn hint(&self) -> Option<&'static str> {
        error_codes::hint(self.kind, self.code, self.http_status)
    }

    /// Returns how long Twilio asks to wait, at most one hour, or `None` if it did not say.
    pub fn retry_after(&self) -> Option<Duration> {
        self.retry_after
    }

    /// Returns `true` if Twilio certainly sent and checked nothing: the request never left, or the answer was a 4xx.
    /// Otherwise a code may be on its way, or a guess may be used up.
    pub fn certainly_not_processed(&self) -> bool {
        self.certainly_not_processed
    }
}

impl Failure {
    /// Creates the failure for a number whose line type gets no code. Verify is not called.
    pub fn unfit_line() -> Self {
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
