//! Why a token is rejected.

/// Why a token opens nothing: true, and no more than the holder of a genuine token may know.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// Not a token of ours, or not one for this place.
    Malformed,
    /// Its time has not come: it was made by a clock that is ahead of this one.
    NotYetValid,
    /// Its time is over, or its session's.
    Expired,
    /// Its code was right once; that was all it was for.
    Spent,
    /// Its owner logged out.
    LoggedOut,
    /// Its session was ended, or is gone with its user.
    SessionEnded,
    /// A refresh token of its session was used twice: somebody has a copy.
    ReuseDetected,
    /// The password was changed from another session, or reset.
    PasswordChanged,
    /// The phone number was changed.
    PhoneChanged,
    /// The email address was changed.
    EmailChanged,
}

impl Reason {
    /// The word that clients see, and that `sessions.end_reason` and `challenges.cancel_reason` hold.
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

    /// The reason that a row holds; `otherwise` where it holds none, or one that a newer replica wrote.
    pub(super) fn stored(word: Option<&str>, otherwise: Self) -> Self {
        let known = [
            Self::LoggedOut,
            Self::SessionEnded,
            Self::ReuseDetected,
            Self::PasswordChanged,
            Self::PhoneChanged,
            Self::EmailChanged,
        ];
        known.into_iter().find(|reason| word == Some(reason.as_str())).unwrap_or(otherwise)
    }
}
