//! The examples of problems in the OpenAPI document.

use super::examples::{challenge, of_email, of_new_phone, signed_up_at};
use crate::http::answer::challenge::Challenge;
use crate::http::answer::error_code::ErrorCode;
use crate::http::answer::problem::{Problem, ProblemBody};
use crate::http::request::fields::{FieldError, FieldErrorCode};

/// The example of a problem that an operation answers.
pub(crate) fn problem(operation: &str, code: ErrorCode) -> ProblemBody {
    let mut body = *Problem::new(code).body;
    body.request_id = "0f8fad5bd9cb469fa16570867728950e".into();
    // A reset tells nothing but whether the code was right.
    let shown = |about: Challenge| {
        let about = match operation {
            "changeEmail" | "verifyEmail" => of_email(about),
            "changePhone" | "verifyPhone" => of_new_phone(about),
            _ => about,
        };
        (operation != "resetPassword").then(|| Box::new(about))
    };
    match code {
        // Whoever is logged in has named nobody.
        ErrorCode::InvalidCredentials if operation != "login" => {
            body.detail = "The password is wrong.".into()
        }
        ErrorCode::InvalidToken => body.reason = Some("expired"),
        ErrorCode::InvalidRefreshToken => body.reason = Some("reuse_detected"),
        ErrorCode::ValidationFailed => body.errors = Some(field_errors(operation)),
        ErrorCode::IncorrectCode => {
            body.attempts_left = Some(4);
            body.challenge = shown(Challenge { attempts_left: 4, ..challenge() });
        }
        ErrorCode::ChallengeExpired => {
            body.challenge = shown(Challenge {
                expires_at: signed_up_at(),
                expires_in: 0,
                resend_available_at: Some(signed_up_at()),
                resend_in: Some(0),
                ..challenge()
            });
        }
        ErrorCode::TooManyAttempts => body.retry_after = Some(540),
        ErrorCode::ResendTooSoon => {
            body.retry_after = Some(30);
            body.challenge = shown(challenge());
        }
        ErrorCode::RateLimited => body.retry_after = Some(360),
        ErrorCode::OtpUnavailable | ErrorCode::NotReady => body.retry_after = Some(5),
        ErrorCode::Overloaded => body.retry_after = Some(1),
        _ => {}
    }
    body
}

/// What can be wrong with an operation's own fields.
fn field_errors(operation: &str) -> Vec<FieldError> {
    use FieldErrorCode::{EasilyGuessed, InvalidFormat, Missing, NotAllowed, TooShort};
    let error = |name: &str, code, detail: &str| FieldError::new(name, code, detail.to_owned());
    let missing = |name| error(name, Missing, "This field is required.");
    let guessed =
        |name| error(name, EasilyGuessed, "This password is easily guessed. Use several uncommon words.");
    match operation {
        "signup" => vec![missing("email"), guessed("password")],
        "login" => vec![missing("email"), error("password", TooShort, "A password is needed.")],
        "verify" => vec![error("code", TooShort, "A code has at least 4 digits.")],
        "resend" => vec![
            error("channel", NotAllowed, "A channel is one of: sms, call."),
            error("locale", InvalidFormat, "A locale is a language tag such as de or pt-BR."),
        ],
        "refresh" => vec![missing("refresh_token")],
        "logout" => vec![error("scope", NotAllowed, "A scope is one of: current, others, all.")],
        "updateMe" => vec![error("username", TooShort, "A username has at least 3 characters.")],
        "deleteMe" => vec![missing("password")],
        "changePhone" => vec![error("phone_number", NotAllowed, "This is yours already.")],
        "changeEmail" => vec![error("email", InvalidFormat, "An email address looks like ada@example.com.")],
        "verifyPhone" | "verifyEmail" => vec![error("code", TooShort, "A code has at least 4 digits.")],
        "forgotPassword" => vec![missing("email")],
        "resetPassword" => vec![missing("reset_token"), guessed("new_password")],
        "changePassword" => vec![missing("current_password"), guessed("new_password")],
        _ => vec![],
    }
}
