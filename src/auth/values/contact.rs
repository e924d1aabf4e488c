//! The number or the address by which a user shall be reached from now on.

use crate::auth::{Email, PhoneNumber};
use storage::Purpose;
use storage::unverified::Claim;
use storage::users::User;

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
    pub(crate) fn as_str(&self) -> &str {
        match self {
            Self::PhoneNumber(number) => number.as_str(),
            Self::Email(email) => email.as_str(),
        }
    }

    /// What a code that proves it is for.
    pub(crate) fn purpose(&self) -> Purpose {
        match self {
            Self::PhoneNumber(_) => Purpose::PhoneChange,
            Self::Email(_) => Purpose::EmailChange,
        }
    }

    /// What the change claims.
    pub(crate) fn claim(&self) -> Claim {
        match self {
            Self::PhoneNumber(number) => {
                Claim { phone_number: Some(number.as_str().to_owned()), ..Claim::default() }
            }
            Self::Email(email) => Claim { email: Some(email.as_str().to_owned()), ..Claim::default() },
        }
    }

    /// The field of a request that holds it.
    pub(crate) fn field(&self) -> &'static str {
        match self {
            Self::PhoneNumber(_) => "phone_number",
            Self::Email(_) => "email",
        }
    }

    /// Whether it is the user's already; an address without regard to case, as it is unique.
    pub(crate) fn is_of(&self, user: &User) -> bool {
        match self {
            Self::PhoneNumber(number) => user.phone_number == number.as_str(),
            Self::Email(email) => user.email.eq_ignore_ascii_case(email.as_str()),
        }
    }
}
