//! The errors of verifications, and Twilio's error for each.

use actix_web::http::StatusCode;

use crate::twilio::errors::TwilioError;

/// An error of a verification.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum VerificationError {
    /// The verification is approved, expired, canceled or does not exist. Twilio does not distinguish these.
    NotFound,
    /// The verification has had the maximum number of checks.
    TooManyChecks,
    /// The code has been sent the maximum number of times.
    TooManySends,
}

impl VerificationError {
    /// Returns Twilio's error for a request of `path`.
    pub(crate) fn to_twilio(self, path: &str) -> TwilioError {
        match self {
            Self::NotFound => TwilioError::not_found(path),
            Self::TooManyChecks => {
                TwilioError::new(StatusCode::TOO_MANY_REQUESTS, 60202, "Max check attempts reached")
            }
            Self::TooManySends => {
                TwilioError::new(StatusCode::TOO_MANY_REQUESTS, 60203, "Max send attempts reached")
            }
        }
    }
}
