//! What a challenge is for.

/// What a right code gets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// A session.
    LogIn,
    /// The number becomes the user's.
    PhoneChange,
    /// The address becomes the user's.
    EmailChange,
}

impl Purpose {
    /// The word that the database holds.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::LogIn => "log_in",
            Self::PhoneChange => "phone_change",
            Self::EmailChange => "email_change",
        }
    }
}
