//! The whole API on one screen: each operation, who may call it, and which errors it can return. The OpenAPI
//! document is generated from this list.

use utoipa_actix_web::service_config::ServiceConfig;

use super::answer::error_code::ErrorCode::{self, *};
use super::{
    dashboard, deletion, email_change, health, jwks, login, logout, metadata, password_change,
    password_reset, phone_change, profile, refresh, resend, sessions, signup, verify,
};

/// Registers every operation.
pub fn configure(routes: &mut ServiceConfig<'_>) {
    routes
        .service(signup::signup)
        .service(login::login)
        .service(resend::resend)
        .service(verify::verify)
        .service(refresh::refresh)
        .service(password_reset::forgot_password)
        .service(password_reset::reset_password)
        .service(logout::logout)
        .service(dashboard::dashboard)
        .service(profile::me)
        .service(profile::update_me)
        .service(deletion::delete_me)
        .service(password_change::change_password)
        .service(phone_change::change_phone)
        .service(phone_change::verify_phone)
        .service(email_change::change_email)
        .service(email_change::verify_email)
        .service(sessions::list_sessions)
        .service(sessions::end_session)
        .service(health::live)
        .service(health::ready)
        .service(jwks::jwks)
        .service(metadata::metadata);
}

/// Who may call an operation. Each value has a [`Guard`](super::request::guard::Guard).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Every caller. A token is ignored.
    Public,
    /// Callers who are not logged in.
    Guest,
    /// Callers with a password-ok token.
    PasswordOk,
    /// Callers with a password-ok token or an access token.
    LoggedIn,
    /// Callers with an access token.
    FullAccess,
}

/// What the OpenAPI document says about an operation, besides what its handler says.
pub struct Operation {
    /// The `operationId`.
    pub id: &'static str,
    /// Who may call it.
    pub access: Access,
    /// Whether it has a request body.
    pub body: bool,
    /// The errors of the operation itself. [`all_errors`](Self::all_errors) adds those of the guard and the
    /// body.
    pub errors: &'static [ErrorCode],
}

/// Every operation, in the order of the flow.
#[rustfmt::skip]
pub const OPERATIONS: &[Operation] = &[
    Operation { id: "signup", access: Access::Guest, body: true, errors: &[UserExists, UsernameTaken, RateLimited, Overloaded] },
    Operation { id: "login", access: Access::Guest, body: true, errors: &[InvalidCredentials, OtpUndeliverable, TooManyAttempts, RateLimited, OtpUnavailable, Overloaded] },
    Operation { id: "resend", access: Access::PasswordOk, body: true, errors: &[OtpUndeliverable, TooManyAttempts, ResendTooSoon, RateLimited, OtpUnavailable] },
    Operation { id: "verify", access: Access::PasswordOk, body: true, errors: &[IncorrectCode, ChallengeExpired, TooManyAttempts, RateLimited, OtpUnavailable] },
    Operation { id: "refresh", access: Access::Public, body: true, errors: &[InvalidRefreshToken, NotReady] },
    Operation { id: "forgotPassword", access: Access::Public, body: true, errors: &[NotFound, RateLimited, NotReady] },
    Operation { id: "resetPassword", access: Access::Public, body: true, errors: &[NotFound, IncorrectCode, ChallengeExpired, TooManyAttempts, OtpUnavailable, Overloaded, NotReady] },
    Operation { id: "logout", access: Access::LoggedIn, body: true, errors: &[OtpRequired] },
    Operation { id: "getDashboard", access: Access::FullAccess, body: false, errors: &[] },
    Operation { id: "getMe", access: Access::FullAccess, body: false, errors: &[] },
    Operation { id: "updateMe", access: Access::FullAccess, body: true, errors: &[UsernameTaken] },
    Operation { id: "deleteMe", access: Access::FullAccess, body: true, errors: &[InvalidCredentials, RateLimited, Overloaded] },
    Operation { id: "changePassword", access: Access::FullAccess, body: true, errors: &[InvalidCredentials, RateLimited, Overloaded] },
    Operation { id: "changePhone", access: Access::FullAccess, body: true, errors: &[InvalidCredentials, UserExists, OtpUndeliverable, TooManyAttempts, ResendTooSoon, RateLimited, ChallengeExpired, OtpUnavailable, Overloaded] },
    Operation { id: "verifyPhone", access: Access::FullAccess, body: true, errors: &[UserExists, IncorrectCode, ChallengeExpired, TooManyAttempts, RateLimited, OtpUnavailable] },
    Operation { id: "changeEmail", access: Access::FullAccess, body: true, errors: &[NotFound, InvalidCredentials, UserExists, OtpUndeliverable, TooManyAttempts, ResendTooSoon, RateLimited, ChallengeExpired, OtpUnavailable, Overloaded] },
    Operation { id: "verifyEmail", access: Access::FullAccess, body: true, errors: &[NotFound, UserExists, IncorrectCode, ChallengeExpired, TooManyAttempts, RateLimited, OtpUnavailable] },
    Operation { id: "listSessions", access: Access::FullAccess, body: false, errors: &[] },
    Operation { id: "endSession", access: Access::FullAccess, body: false, errors: &[NotFound] },
    Operation { id: "getLiveness", access: Access::Public, body: false, errors: &[] },
    Operation { id: "getReadiness", access: Access::Public, body: false, errors: &[NotReady] },
    Operation { id: "getJwks", access: Access::Public, body: false, errors: &[] },
    Operation { id: "getServerMetadata", access: Access::Public, body: false, errors: &[NotFound] },
];

impl Operation {
    /// Returns every error code that the operation can return, in the order of [`ErrorCode::ALL`].
    pub fn all_errors(&self) -> Vec<ErrorCode> {
        let guard: &[ErrorCode] = match self.access {
            Access::Public => &[],
            Access::Guest => &[MalformedRequest, AlreadyAuthenticated, NotReady],
            Access::PasswordOk => &[MalformedRequest, MissingToken, InvalidToken, AlreadyVerified, NotReady],
            Access::LoggedIn => &[MalformedRequest, MissingToken, InvalidToken, NotReady],
            Access::FullAccess => &[MalformedRequest, MissingToken, InvalidToken, OtpRequired, NotReady],
        };
        let body: &[ErrorCode] = if self.body {
            &[MalformedRequest, PayloadTooLarge, UnsupportedMediaType, ValidationFailed]
        } else {
            &[]
        };
        let is_possible = |code: &ErrorCode| {
            *code == Internal || guard.contains(code) || body.contains(code) || self.errors.contains(code)
        };
        ErrorCode::ALL.into_iter().filter(is_possible).collect()
    }
}
