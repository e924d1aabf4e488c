//! Why a token is rejected.

use storage::EndReason;

/// Why a token is not valid. Tells clients no more than the holder of a genuine token may know.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// The token was not issued by this server, or not for this operation.
    Malformed,
    /// The token is not valid yet: the clock that issued it is ahead of this one.
    NotYetValid,
    /// The token or its session has expired.
    Expired,
    /// The password-ok token has already been exchanged for an access token.
    Spent,
    /// The user logged out.
    LoggedOut,
    /// The session was ended, or its user was deleted.
    SessionEnded,
    /// A spent refresh token of the session was used again, so it may have been stolen.
    ReuseDetected,
    /// The password was changed in another session, or reset.
    PasswordChanged,
    /// The phone number was changed.
    PhoneChanged,
    /// The email address was changed.
    EmailChanged,
}

impl Reason {
    /// Returns the value that clients see.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Malformed => "malformed",
            Self::NotYetValid => "not_yet_valid",
            Self::Expired => "expired",
            Self::Spent => "spent",
            Self::LoggedOut => "logged_out",
            Self::SessionEnded => "session_ended",
            Self::ReuseDetected => "reuse_detected",
            Self::PasswordChanged => "password_changed",
            Self::PhoneChanged => "phone_changed",
            Self::EmailChanged => "email_changed",
        }
    }
}

impl From<EndReason> for Reason {
    fn from(reason: EndReason) -> Self {
        match reason {
            EndReason::LoggedOut => Self::LoggedOut,
            EndReason::SessionEnded => Self::SessionEnded,
            EndReason::ReuseDetected => Self::ReuseDetected,
            EndReason::PasswordChanged => Self::PasswordChanged,
            EndReason::PhoneChanged => Self::PhoneChanged,
            EndReason::EmailChanged => Self::EmailChanged,
        }
    }
}
