//! The closed list of error codes.

use actix_web::http::StatusCode;
use serde::Serialize;
use utoipa::ToSchema;

/// Names a kind of problem. The list is closed, and frozen for each operation within v1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ErrorCode {
    /// 400: the body is not a JSON object.
    MalformedRequest,
    /// 401: no token was sent.
    MissingToken,
    /// 401: the token opens nothing; `reason` says why.
    InvalidToken,
    /// 401: this needs an access token; a password-ok token was sent.
    OtpRequired,
    /// 401: unknown email address or wrong password; where one is logged in, wrong password.
    InvalidCredentials,
    /// 401: the refresh token gets nothing; `reason` says why.
    InvalidRefreshToken,
    /// 404: no such path, or nothing of that name that is the caller's.
    NotFound,
    /// 405: no such method on this path.
    MethodNotAllowed,
    /// 409: the email address or the phone number is taken.
    UserExists,
    /// 409: the username is taken.
    UsernameTaken,
    /// 409: log out first.
    AlreadyAuthenticated,
    /// 409: the code was right already.
    AlreadyVerified,
    /// 410: the code can no longer be checked; resend starts a new one.
    ChallengeExpired,
    /// 413: the body is too long.
    PayloadTooLarge,
    /// 415: the body is not `application/json`.
    UnsupportedMediaType,
    /// 422: see `errors`.
    ValidationFailed,
    /// 422: the code is wrong; see `attempts_left`.
    IncorrectCode,
    /// 422: a code cannot get there by this channel; try another, where there is one.
    OtpUndeliverable,
    /// 429: no more codes can be tried or sent for now; begin again, where `retry_after` is given after that time.
    TooManyAttempts,
    /// 429: see `retry_after`.
    ResendTooSoon,
    /// 429: see `retry_after`.
    RateLimited,
    /// 500: the cause is in the server's log under `request_id`.
    Internal,
    /// 503: the provider failed or timed out; see `retry_after`.
    OtpUnavailable,
    /// 503: too many log-ins at once; see `retry_after`.
    Overloaded,
    /// 503: the database does not answer, or the server stops; see `retry_after`.
    NotReady,
}

impl ErrorCode {
    /// Every code.
    pub const ALL: [Self; 25] = [
        Self::MalformedRequest,
        Self::MissingToken,
        Self::InvalidToken,
        Self::OtpRequired,
        Self::InvalidCredentials,
        Self::InvalidRefreshToken,
        Self::NotFound,
        Self::MethodNotAllowed,
        Self::UserExists,
        Self::UsernameTaken,
        Self::AlreadyAuthenticated,
        Self::AlreadyVerified,
        Self::ChallengeExpired,
        Self::PayloadTooLarge,
        Self::UnsupportedMediaType,
        Self::ValidationFailed,
        Self::IncorrectCode,
        Self::OtpUndeliverable,
        Self::TooManyAttempts,
        Self::ResendTooSoon,
        Self::RateLimited,
        Self::Internal,
        Self::OtpUnavailable,
        Self::Overloaded,
        Self::NotReady,
    ];

    /// The word, its status, its title and what it means: the table.
    const fn row(self) -> (&'static str, StatusCode, &'static str, &'static str) {
        use StatusCode as S;
        match self {
            Self::MalformedRequest => {
                ("malformed_request", S::BAD_REQUEST, "Malformed request", "The body must be a JSON object.")
            }
            Self::MissingToken => (
                "missing_token",
                S::UNAUTHORIZED,
                "Missing token",
                "Send a token as `Authorization: Bearer …`.",
            ),
            Self::InvalidToken => {
                ("invalid_token", S::UNAUTHORIZED, "Invalid token", "This token opens nothing (any more).")
            }
            Self::OtpRequired => (
                "otp_required",
                S::UNAUTHORIZED,
                "One-time code required",
                "This needs an access token: send the code to /v1/users/verify first.",
            ),
            Self::InvalidCredentials => (
                "invalid_credentials",
                S::UNAUTHORIZED,
                "Invalid credentials",
                "The email address or the password is wrong.",
            ),
            Self::InvalidRefreshToken => (
                "invalid_refresh_token",
                S::UNAUTHORIZED,
                "Invalid refresh token",
                "This refresh token gets nothing (any more): log in again.",
            ),
            Self::NotFound => ("not_found", S::NOT_FOUND, "Not found", "There is nothing at this path."),
            Self::MethodNotAllowed => (
                "method_not_allowed",
                S::METHOD_NOT_ALLOWED,
                "Method not allowed",
                "This path takes other methods; see the header Allow.",
            ),
            Self::UserExists => (
                "user_exists",
                S::CONFLICT,
                "User exists",
                "A user with this email address or this phone number exists.",
            ),
            Self::UsernameTaken => {
                ("username_taken", S::CONFLICT, "Username taken", "Choose another username.")
            }
            Self::AlreadyAuthenticated => (
                "already_authenticated",
                S::CONFLICT,
                "Already authenticated",
                "A valid token was sent along: log out first, or send no token.",
            ),
            Self::AlreadyVerified => (
                "already_verified",
                S::CONFLICT,
                "Already verified",
                "This takes a password-ok token; an access token was sent.",
            ),
            Self::ChallengeExpired => (
                "challenge_expired",
                S::GONE,
                "Challenge expired",
                "The code can no longer be checked. Have a new one sent.",
            ),
            Self::PayloadTooLarge => {
                ("payload_too_large", S::PAYLOAD_TOO_LARGE, "Payload too large", "A body has at most 16 KiB.")
            }
            Self::UnsupportedMediaType => (
                "unsupported_media_type",
                S::UNSUPPORTED_MEDIA_TYPE,
                "Unsupported media type",
                "Send the body as application/json.",
            ),
            Self::ValidationFailed => (
                "validation_failed",
                S::UNPROCESSABLE_ENTITY,
                "Validation failed",
                "Some fields are missing or wrong; see errors.",
            ),
            Self::IncorrectCode => {
                ("incorrect_code", S::UNPROCESSABLE_ENTITY, "Incorrect code", "The code is wrong.")
            }
            Self::OtpUndeliverable => (
                "otp_undeliverable",
                S::UNPROCESSABLE_ENTITY,
                "Code undeliverable",
                "A code cannot get there by this channel. Try another channel, where there is one.",
            ),
            Self::TooManyAttempts => (
                "too_many_attempts",
                S::TOO_MANY_REQUESTS,
                "Too many attempts",
                "No more codes can be tried or sent for now. Begin again, after retry_after seconds where given.",
            ),
            Self::ResendTooSoon => (
                "resend_too_soon",
                S::TOO_MANY_REQUESTS,
                "Resend too soon",
                "A code is on its way. Another can be sent after retry_after seconds.",
            ),
            Self::RateLimited => (
                "rate_limited",
                S::TOO_MANY_REQUESTS,
                "Rate limited",
                "This was tried too often. Try again after retry_after seconds.",
            ),
            Self::Internal => (
                "internal",
                S::INTERNAL_SERVER_ERROR,
                "Internal error",
                "Something went wrong here. The request_id finds the cause in the log.",
            ),
            Self::OtpUnavailable => (
                "otp_unavailable",
                S::SERVICE_UNAVAILABLE,
                "Codes unavailable",
                "Codes cannot be sent or checked right now. Try again after retry_after seconds.",
            ),
            Self::Overloaded => (
                "overloaded",
                S::SERVICE_UNAVAILABLE,
                "Overloaded",
                "Too many people log in right now. Try again after retry_after seconds.",
            ),
            Self::NotReady => (
                "not_ready",
                S::SERVICE_UNAVAILABLE,
                "Not ready",
                "The server's database does not answer, or the server is stopping. Try again after retry_after seconds.",
            ),
        }
    }

    /// The word that clients branch on.
    pub const fn as_str(self) -> &'static str {
        self.row().0
    }

    /// The HTTP status, always the same for one code.
    pub const fn status(self) -> StatusCode {
        self.row().1
    }

    /// A few words in English.
    pub const fn title(self) -> &'static str {
        self.row().2
    }

    /// A sentence in English.
    pub const fn explanation(self) -> &'static str {
        self.row().3
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_stands_in_the_list_once_and_is_spelled_as_it_is_sent() {
        for code in ErrorCode::ALL {
            assert_eq!(serde_json::to_value(code).unwrap(), code.as_str());
            assert_eq!(ErrorCode::ALL.iter().filter(|other| **other == code).count(), 1);
        }
    }
}
