//! What can go wrong with a call, in the few kinds that callers must tell apart.

use std::fmt;
use std::time::Duration;

use super::{Operation, error_codes};

/// The kinds of [`Failure`]. Each says which error code of our own API it stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FailureKind {
    /// Twilio does not take the phone number: `otp_undeliverable`.
    InvalidNumber,
    /// The number cannot get a code, or not by this channel (landline, blocked country, suspected fraud,
    /// opted out…): `otp_undeliverable`. The reason is for the log: a caller must not learn how fraud is spotted.
    Undeliverable,
    /// Five codes have been sent for this verification; it must be canceled or expire: `too_many_attempts`.
    TooManySends,
    /// Five codes have been checked against this verification: `too_many_attempts`.
    TooManyChecks,
    /// The verification can be checked no more (approved, expired, canceled, unknown: Twilio does not say which):
    /// `challenge_expired`.
    VerificationGone,
    /// Twilio's rate limits, which are the account's and not the caller's: `otp_unavailable` with [`Failure::retry_after`].
    Busy,
    /// Twilio could not be reached, took too long, failed, or answered something that makes no sense: `otp_unavailable`.
    Unavailable,
    /// Our account, credentials, service or request is at fault, and somebody must act: `otp_unavailable`.
    Misconfigured,
}

impl FailureKind {
    /// The name in log lines.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::InvalidNumber => "invalid_number",
            Self::Undeliverable => "undeliverable",
            Self::TooManySends => "too_many_sends",
            Self::TooManyChecks => "too_many_checks",
            Self::VerificationGone => "verification_gone",
            Self::Busy => "busy",
            Self::Unavailable => "unavailable",
            Self::Misconfigured => "misconfigured",
        }
    }
}

/// A call that did not do what it was for. Safe to log: it holds no phone number, no code, no credentials
/// and, but for [`Failure::message`], nothing of Twilio's message, which quotes the number.
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
    /// What kind of failure.
    pub fn kind(&self) -> FailureKind {
        self.kind
    }

    /// What was asked of Twilio.
    pub fn operation(&self) -> Operation {
        self.operation
    }

    /// Twilio's error code, where the answer had one.
    pub fn code(&self) -> Option<u32> {
        self.code
    }

    /// The HTTP status of the answer; `None` where no answer came.
    pub fn http_status(&self) -> Option<u16> {
        self.http_status
    }

    /// Twilio's `Twilio-Request-Id`: what their support asks for.
    pub fn request_id(&self) -> Option<&str> {
        self.request_id.as_deref()
    }

    /// Why no answer came: no connection, TLS, no time left; `None` where one came.
    pub fn cause(&self) -> Option<&str> {
        self.cause.as_deref()
    }

    /// Twilio's own words, shortened and without control characters, where they can quote no phone number: that is,
    /// where a service was to be made. For the operator's screen.
    pub fn message(&self) -> Option<&str> {
        self.message.as_deref()
    }

    /// What an operator can do about it; `None` where nothing needs doing, or waiting helps.
    pub fn hint(&self) -> Option<&'static str> {
        error_codes::hint(self.kind, self.code, self.http_status)
    }

    /// How long Twilio asks to wait, at most one hour; `None` where it did not say.
    pub fn retry_after(&self) -> Option<Duration> {
        self.retry_after
    }

    /// `true` only where it is certain that Twilio did nothing: sent no code, compared no code. That is a
    /// request that never left, or a 4xx. Otherwise a code may be on its way, or a guess may have been used up.
    pub fn certainly_not_processed(&self) -> bool {
        self.certainly_not_processed
    }
}

impl Failure {
    /// A code that is not sent, because of what Lookup says of its number; Verify was not asked.
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
