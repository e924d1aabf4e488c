//! Why an operation on a verification fails, and Twilio's error for it.

use actix_web::http::StatusCode;

use crate::twilio::errors::TwilioError;

/// Why a verification does not do what it is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// Approved, expired, canceled or never started: Twilio does not say which.
    NotFound,
    /// [`MAX_CHECKS`] answers were looked at.
    TooManyChecks,
    /// The code was sent [`MAX_SENDS`] times.
    TooManySends,
}

impl Refusal {
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
