//! A new phone number or email address of a user.

use storage::Purpose;
use storage::unverified::Claim;
use storage::users::User;

use crate::auth::{Email, PhoneNumber};

/// A phone number or email address that the user has not proved yet: a code is sent there first.
#[derive(Clone)]
pub enum NewContact {
    /// Receives the codes at log-in.
    PhoneNumber(PhoneNumber),
    /// Identifies the user at log-in.
    Email(Email),
}

impl NewContact {
    /// The text that is stored and sent to Twilio.
    pub(crate) fn as_str(&self) -> &str {
        match self {
            Self::PhoneNumber(number) => number.as_str(),
            Self::Email(email) => email.as_str(),
        }
    }

    /// The purpose of the challenge that proves it.
    pub(crate) fn purpose(&self) -> Purpose {
        match self {
            Self::PhoneNumber(_) => Purpose::PhoneChange,
            Self::Email(_) => Purpose::EmailChange,
        }
    }

    /// The value that the change claims for the user.
    pub(crate) fn claim(&self) -> Claim {
        match self {
            Self::PhoneNumber(number) => {
                Claim { phone_number: Some(number.as_str().to_owned()), ..Claim::default() }
            }
            Self::Email(email) => Claim { email: Some(email.as_str().to_owned()), ..Claim::default() },
        }
    }

    /// The name of the request's field that holds it.
    pub(crate) fn field(&self) -> &'static str {
        match self {
            Self::PhoneNumber(_) => "phone_number",
            Self::Email(_) => "email",
        }
    }

    /// Whether the user has it already. Email addresses are compared without regard to case, as their index
    /// does.
    pub(crate) fn is_of(&self, user: &User) -> bool {
        match self {
            Self::PhoneNumber(number) => user.phone_number == number.as_str(),
            Self::Email(email) => user.email.eq_ignore_ascii_case(email.as_str()),
        }
    }
}
