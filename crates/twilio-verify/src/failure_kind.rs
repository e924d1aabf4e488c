//! The kinds of failure that callers must distinguish.

/// The kinds of [`Failure`](crate::Failure).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FailureKind {
    /// Twilio rejects the phone number.
    InvalidNumber,
    /// The number cannot receive a code, or not by this channel. Examples: a landline, a blocked country,
    /// suspected fraud, an opt-out. Log the reason, but do not show it to users: it would reveal how fraud is
    /// detected.
    Undeliverable,
    /// Five codes have been sent for this verification. It must be canceled or expire.
    TooManySends,
    /// Five codes have been checked for this verification.
    TooManyChecks,
    /// The verification no longer exists. It was approved, expired, canceled or never existed; Twilio does
    /// not say which.
    VerificationGone,
    /// A rate limit of the Twilio account is exceeded. See
    /// [`Failure::retry_after`](crate::Failure::retry_after).
    Busy,
    /// Twilio could not be reached, timed out, failed, or sent a response that makes no sense.
    Unavailable,
    /// The account, the credentials, the service or the request is wrong. An operator must act.
    Misconfigured,
}

impl FailureKind {
    /// Returns the name in log lines.
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
