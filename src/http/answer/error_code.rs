//! The closed list of error codes.

use actix_web::http::StatusCode;
use serde::Serialize;
use utoipa::ToSchema;

/// Identifies a kind of error. The list is closed: within v1, no operation returns codes that are not
/// documented for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ErrorCode {
    /// 400: the request or its body is malformed.
    MalformedRequest,
    /// 401: no token was sent.
    MissingToken,
    /// 401: the token is invalid, expired or revoked; `reason` says why.
    InvalidToken,
    /// 401: the operation needs an access token, but a password-ok token was sent.
    OtpRequired,
    /// 401: the email address is unknown or the password is wrong. With an access token: the password is
    /// wrong.
    InvalidCredentials,
    /// 401: the refresh token is no longer valid; `reason` says why.
    InvalidRefreshToken,
    /// 404: the path does not exist, or the caller owns no such object.
    NotFound,
    /// 405: the path does not support this method.
    MethodNotAllowed,
    /// 409: the email address or the phone number is in use.
    UserExists,
    /// 409: the username is in use.
    UsernameTaken,
    /// 409: a valid token was sent to an operation that logs in or signs up.
    AlreadyAuthenticated,
    /// 409: an access token was sent where a password-ok token is expected.
    AlreadyVerified,
    /// 410: the code has expired; resend sends a new one.
    ChallengeExpired,
    /// 413: the body is too large.
    PayloadTooLarge,
    /// 415: the body is not `application/json`.
    UnsupportedMediaType,
    /// 422: fields are missing or invalid; see `errors`.
    ValidationFailed,
    /// 422: the code is wrong; see `attempts_left`.
    IncorrectCode,
    /// 422: this channel cannot deliver a code to this destination.
    OtpUndeliverable,
    /// 429: no attempts or resends are left; log in again, after `retry_after` seconds if present.
    TooManyAttempts,
    /// 429: the code cannot be sent again yet; see `retry_after`.
    ResendTooSoon,
    /// 429: a rate limit is exceeded; see `retry_after`.
    RateLimited,
    /// 500: an unexpected error, logged under `request_id`.
    Internal,
    /// 503: the provider of codes failed or timed out; see `retry_after`.
    OtpUnavailable,
    /// 503: too many passwords are being checked; see `retry_after`.
    Overloaded,
    /// 503: the database does not respond, or the server is shutting down; see `retry_after`.
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

    /// Returns the row of the table: code, status, title, default detail.
    const fn row(self) -> (&'static str, StatusCode, &'static str, &'static str) {
        use StatusCode as S;
        match self {
            Self::MalformedRequest => (
                "malformed_request",
                S::BAD_REQUEST,
                "Malformed request",
                "The request is malformed. Send a JSON object as the body.",
            ),
            Self::MissingToken => (
                "missing_token",
                S::UNAUTHORIZED,
                "Missing token",
                "No token was sent. Send one in the header `Authorization: Bearer …`.",
            ),
            Self::InvalidToken => (
                "invalid_token",
                S::UNAUTHORIZED,
                "Invalid token",
                "This token is invalid, expired or revoked. Log in again.",
            ),
            Self::OtpRequired => (
                "otp_required",
                S::UNAUTHORIZED,
                "One-time code required",
                "This operation needs an access token. Send the code to /v1/users/verify first.",
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
                "This refresh token is no longer valid. Log in again.",
            ),
            Self::NotFound => {
                ("not_found", S::NOT_FOUND, "Not found", "This resource does not exist. Check the path.")
            }
            Self::MethodNotAllowed => (
                "method_not_allowed",
                S::METHOD_NOT_ALLOWED,
                "Method not allowed",
                "This path does not support this method. Use one of those in the header Allow.",
            ),
            Self::UserExists => (
                "user_exists",
                S::CONFLICT,
                "User already exists",
                "A user with this email address or phone number already exists. Log in, or use another.",
            ),
            Self::UsernameTaken => (
                "username_taken",
                S::CONFLICT,
                "Username taken",
                "This username is in use. Choose another one.",
            ),
            Self::AlreadyAuthenticated => (
                "already_authenticated",
                S::CONFLICT,
                "Already authenticated",
                "A valid token was sent. Log out first, or send the request without a token.",
            ),
            Self::AlreadyVerified => (
                "already_verified",
                S::CONFLICT,
                "Already verified",
                "An access token was sent, so the code is already verified. Send a password-ok token.",
            ),
            Self::ChallengeExpired => (
                "challenge_expired",
                S::GONE,
                "Challenge expired",
                "The code has expired. Request a new one.",
            ),
            Self::PayloadTooLarge => (
                "payload_too_large",
                S::PAYLOAD_TOO_LARGE,
                "Payload too large",
                "The body is larger than 16 KiB. Send a smaller one.",
            ),
            Self::UnsupportedMediaType => (
                "unsupported_media_type",
                S::UNSUPPORTED_MEDIA_TYPE,
                "Unsupported media type",
                "The content type is not supported. Send the body as application/json.",
            ),
            Self::ValidationFailed => (
                "validation_failed",
                S::UNPROCESSABLE_ENTITY,
                "Validation failed",
                "Some fields are missing or invalid. Correct those listed in errors.",
            ),
            Self::IncorrectCode => (
                "incorrect_code",
                S::UNPROCESSABLE_ENTITY,
                "Incorrect code",
                "The code is wrong. Check it and try again.",
            ),
            Self::OtpUndeliverable => (
                "otp_undeliverable",
                S::UNPROCESSABLE_ENTITY,
                "Code not deliverable",
                "The code cannot be delivered by this channel. Try another channel if there is one.",
            ),
            Self::TooManyAttempts => (
                "too_many_attempts",
                S::TOO_MANY_REQUESTS,
                "Too many attempts",
                "No attempts or resends are left. Start again, after retry_after seconds if that is present.",
            ),
            Self::ResendTooSoon => (
                "resend_too_soon",
                S::TOO_MANY_REQUESTS,
                "Resend too soon",
                "A code was sent a moment ago. Try again after retry_after seconds.",
            ),
            Self::RateLimited => (
                "rate_limited",
                S::TOO_MANY_REQUESTS,
                "Rate limited",
                "Too many requests. Try again after retry_after seconds.",
            ),
            Self::Internal => (
                "internal",
                S::INTERNAL_SERVER_ERROR,
                "Internal error",
                "An unexpected error occurred. The server logged it under this request_id.",
            ),
            Self::OtpUnavailable => (
                "otp_unavailable",
                S::SERVICE_UNAVAILABLE,
                "Codes temporarily unavailable",
                "Codes cannot be sent or checked at the moment. Try again after retry_after seconds.",
            ),
            Self::Overloaded => (
                "overloaded",
                S::SERVICE_UNAVAILABLE,
                "Overloaded",
                "The server is overloaded. Try again after retry_after seconds.",
            ),
            Self::NotReady => (
                "not_ready",
                S::SERVICE_UNAVAILABLE,
                "Not ready",
                "The database does not respond, or the server is shutting down. Try again after retry_after seconds.",
            ),
        }
    }

    /// Returns the code as clients see it.
    pub const fn as_str(self) -> &'static str {
        self.row().0
    }

    /// Returns the HTTP status, which depends on the code alone.
    pub const fn status(self) -> StatusCode {
        self.row().1
    }

    /// Returns a short title in English.
    pub const fn title(self) -> &'static str {
        self.row().2
    }

    /// Returns the default detail in English: what is wrong, then what to do.
    pub const fn detail(self) -> &'static str {
        self.row().3
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_is_listed_once_and_spelled_as_on_the_wire() {
        for code in ErrorCode::ALL {
            assert_eq!(serde_json::to_value(code).unwrap(), code.as_str());
            assert_eq!(ErrorCode::ALL.iter().filter(|other| **other == code).count(), 1);
        }
    }
}
