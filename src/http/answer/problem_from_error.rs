//! The one mapping from the errors of the use cases to status, code and details.

use super::error_code::ErrorCode;
use super::field_error::FieldError;
use super::problem::{INSUFFICIENT_AUTHENTICATION, INVALID_TOKEN, Problem};
use crate::auth;

impl From<auth::Error> for Problem {
    fn from(error: auth::Error) -> Self {
        use auth::{Error, Reason};
        match error {
            Error::InvalidCredentials => Self::new(ErrorCode::InvalidCredentials),
            Error::WrongPassword => {
                Self::with_detail(ErrorCode::InvalidCredentials, "The password is wrong. Try again.")
            }
            Error::InvalidField { field, invalid } => Self::validation_failed(vec![FieldError::new(
                field,
                invalid.kind.into(),
                invalid.detail.into(),
            )]),
            Error::MissingToken => Self::new(ErrorCode::MissingToken),
            Error::UserGone => Error::InvalidToken(Reason::SessionEnded).into(),
            Error::InvalidToken(reason) => {
                let mut problem = Self::new(ErrorCode::InvalidToken);
                problem.body.reason = Some(reason.as_str());
                problem.www_authenticate = Some(INVALID_TOKEN);
                problem
            }
            Error::InvalidRefreshToken(reason) => {
                let mut problem = Self::new(ErrorCode::InvalidRefreshToken);
                problem.body.reason = Some(reason.as_str());
                problem
            }
            Error::NotFound => Self::new(ErrorCode::NotFound),
            Error::OtpRequired => Self {
                www_authenticate: Some(INSUFFICIENT_AUTHENTICATION),
                ..Self::new(ErrorCode::OtpRequired)
            },
            Error::AlreadyAuthenticated => Self::new(ErrorCode::AlreadyAuthenticated),
            Error::AlreadyVerified => Self::new(ErrorCode::AlreadyVerified),
            Error::UserExists => Self::new(ErrorCode::UserExists),
            Error::UsernameTaken => Self::new(ErrorCode::UsernameTaken),
            Error::ChallengeExpired(challenge) => {
                Self::new(ErrorCode::ChallengeExpired).with_challenge(challenge)
            }
            Error::IncorrectCode { challenge, attempts_left } => {
                let mut problem = Self::new(ErrorCode::IncorrectCode);
                problem.body.attempts_left = Some(attempts_left);
                problem.with_challenge(challenge)
            }
            Error::OtpUndeliverable(challenge) => {
                Self::new(ErrorCode::OtpUndeliverable).with_challenge(challenge)
            }
            Error::TooManyAttempts { challenge, retry_after } => {
                Self::new(ErrorCode::TooManyAttempts).with_challenge(challenge).with_retry_after(retry_after)
            }
            Error::ResendTooSoon { challenge, retry_after } => Self::new(ErrorCode::ResendTooSoon)
                .with_challenge(Some(challenge))
                .with_retry_after(Some(retry_after)),
            Error::RateLimited { challenge, retry_after, .. } => Self::new(ErrorCode::RateLimited)
                .with_challenge(challenge)
                .with_retry_after(Some(retry_after)),
            Error::OtpUnavailable { challenge, retry_after } => Self::new(ErrorCode::OtpUnavailable)
                .with_challenge(challenge)
                .with_retry_after(Some(retry_after)),
            Error::Overloaded { retry_after } => {
                Self::new(ErrorCode::Overloaded).with_retry_after(Some(retry_after))
            }
            Error::Unavailable { cause, retry_after } => Self::not_ready(cause, retry_after),
            Error::OtherSecret | Error::OtherMode(_) => Self::internal(error),
            Error::Internal(cause) => Self::internal(cause),
        }
    }
}
