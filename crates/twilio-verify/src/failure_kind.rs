//! The kinds of failures that callers must tell apart.

/// The kind of a [`Failure`](crate::Failure). Each names the error code of countersign's API for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FailureKind {
    /// Twilio rejects the phone number: `otp_undeliverable`.
    InvalidNumber,
    /// The number cannot get a code, or not by this channel (landline, blocked country, suspected fraud, opted out):
    /// `otp_undeliverable`. Log the reason, but do not show it to callers: it reveals how fraud is detected.
    Undeliverable,
    /// Five codes were sent for this verification. It must be canceled or expire: `too_many_attempts`.
    TooManySends,
    /// Five codes were checked for this verification: `too_many_attempts`.
    TooManyChecks,
    /// The verification is approved, expired, canceled or unknown; Twilio does not say which: `challenge_expired`.
    VerificationGone,
    /// The account has reached Twilio's rate limits: `otp_unavailable` with
    /// [`Failure::retry_after`](crate::Failure::retry_after).
    Busy,
    /// Twilio was unreachable, timed out, failed or sent a malformed answer: `otp_unavailable`.
    Unavailable,
    /// The account, the credentials, the service or the request is wrong, and an operator must act:
    /// `otp_unavailable`.
    Misconfigured,
}

impl FailureKind {
    /// Returns the name for log lines.
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
