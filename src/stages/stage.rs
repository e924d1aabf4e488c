//! The stages of a user.

use std::str::FromStr;

use serde::Serialize;
use utoipa::ToSchema;

/// The stage at which a test begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// Signed up.
    SignedUp,
    /// Logged in. The code has arrived at the phone and is in the response.
    CodePending,
    /// Verified: has an access token.
    Full,
    /// Logged in, with five wrong attempts: `too_many_attempts`.
    Locked,
    /// Logged in, with no resends left. The last code can still be verified.
    CodesExhausted,
    /// Verified, with a code sent to a new phone number.
    PhoneChangePending,
    /// Verified, with a code sent to a new email address.
    EmailChangePending,
    /// Verified, with a code for a password reset sent by email.
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

    /// Returns the value in requests and responses.
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

/// The error of an unknown stage.
#[derive(Debug)]
pub struct UnknownStage;

impl FromStr for Stage {
    type Err = UnknownStage;

    fn from_str(word: &str) -> Result<Self, UnknownStage> {
        Self::ALL.into_iter().find(|stage| stage.as_str() == word).ok_or(UnknownStage)
    }
}
