//! The number or the address by which a user shall be reached from now on.

use super::{Email, PhoneNumber};
use crate::storage::Purpose;
use crate::storage::unverified::Claim;
use crate::storage::users::User;

/// Not the user's yet: a code that goes there has to come back first.
#[derive(Clone)]
pub enum NewContact {
    /// Codes at log-in go there.
    PhoneNumber(PhoneNumber),
    /// One logs in with it.
    Email(Email),
}

impl NewContact {
    /// As it is stored, and as Twilio takes it.
    pub(super) fn as_str(&self) -> &str {
        match self {
            Self::PhoneNumber(number) => number.as_str(),
            Self::Email(email) => email.as_str(),
        }
    }

    /// What a code that proves it is for.
    pub(super) fn purpose(&self) -> Purpose {
        match self {
            Self::PhoneNumber(_) => Purpose::PhoneChange,
            Self::Email(_) => Purpose::EmailChange,
        }
    }

    /// What the change claims.
    pub(super) fn claim(&self) -> Claim {
        match self {
            Self::PhoneNumber(number) => {
                Claim { phone_number: Some(number.as_str().to_owned()), ..Claim::default() }
            }
            Self::Email(email) => Claim { email: Some(email.as_str().to_owned()), ..Claim::default() },
        }
    }

    /// The field of a request that holds it.
    pub(super) fn field(&self) -> &'static str {
        match self {
            Self::PhoneNumber(_) => "phone_number",
            Self::Email(_) => "email",
        }
    }

    /// Whether it is the user's already; an address without regard to case, as it is unique.
    pub(super) fn is_of(&self, user: &User) -> bool {
        match self {
            Self::PhoneNumber(number) => user.phone_number == number.as_str(),
            Self::Email(email) => user.email.eq_ignore_ascii_case(email.as_str()),
        }
    }
}
