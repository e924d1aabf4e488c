//! How far a user has come.

use std::str::FromStr;

use serde::Serialize;
use utoipa::ToSchema;

/// Where a test wants to begin.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// Signed up; nothing else.
    SignedUp,
    /// Logged in; the code is on the phone and in the answer.
    CodePending,
    /// Verified: has an access token.
    Full,
    /// Logged in, and five wrong codes were tried: `too_many_attempts`.
    Locked,
    /// Logged in, and every code that may be sent was sent; the last one can still be tried.
    CodesExhausted,
    /// Verified, and a code is on its way to a new phone number.
    PhoneChangePending,
    /// Verified, and a code is on its way to a new email address.
    EmailChangePending,
    /// Verified, and a code that replaces the password is in the mailbox.
    PasswordResetPending,
}

impl Stage {
    /// Every stage, in the order of the flow.
    pub const ALL: [Self; 8] = [
        Self::SignedUp,
        Self::CodePending,
        Self::Full,
        Self::Locked,
        Self::CodesExhausted,
        Self::PhoneChangePending,
        Self::EmailChangePending,
        Self::PasswordResetPending,
    ];

    /// The word on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::SignedUp => "signed_up",
            Self::CodePending => "code_pending",
            Self::Full => "full",
            Self::Locked => "locked",
            Self::CodesExhausted => "codes_exhausted",
            Self::PhoneChangePending => "phone_change_pending",
            Self::EmailChangePending => "email_change_pending",
            Self::PasswordResetPending => "password_reset_pending",
        }
    }
}

/// There is no such stage.
#[derive(Debug)]
pub struct UnknownStage;

impl FromStr for Stage {
    type Err = UnknownStage;

    fn from_str(word: &str) -> Result<Self, UnknownStage> {
        Self::ALL.into_iter().find(|stage| stage.as_str() == word).ok_or(UnknownStage)
    }
}
