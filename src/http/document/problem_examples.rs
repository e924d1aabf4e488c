//! The examples of errors in the OpenAPI document.

use super::examples::{challenge, of_email, of_new_phone, signed_up_at};
use crate::http::answer::challenge::Challenge;
use crate::http::answer::error_code::ErrorCode;
use crate::http::answer::field_error::{FieldError, FieldErrorCode};
use crate::http::answer::problem::{Problem, ProblemBody};

/// Returns an example of an error that an operation can return.
pub(crate) fn problem(operation: &str, code: ErrorCode) -> ProblemBody {
    let mut body = *Problem::new(code).body;
    body.request_id = "0f8fad5bd9cb469fa16570867728950e".into();
    // A password reset must not reveal the challenge: the email address may belong to no user.
    let shown = |about: Challenge| {
        let about = match operation {
            "changeEmail" | "verifyEmail" => of_email(about),
            "changePhone" | "verifyPhone" => of_new_phone(about),
            _ => about,
        };
        (operation != "resetPassword").then(|| Box::new(about))
    };
    match code {
        // These operations take a password, but no email address.
        ErrorCode::InvalidCredentials if operation != "login" => {
            body.detail = "The password is wrong. Try again.".into()
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

/// Returns examples of errors in an operation's own fields.
fn field_errors(operation: &str) -> Vec<FieldError> {
    use FieldErrorCode::{EasilyGuessed, InvalidFormat, Missing, NotAllowed, TooShort};
    let error = |name: &str, code, detail: &str| FieldError::new(name, code, detail.to_owned());
    let missing = |name| error(name, Missing, "This field is required. Add it.");
    let guessed =
        |name| error(name, EasilyGuessed, "This password is easily guessed. Use several uncommon words.");
    match operation {
        "signup" => vec![missing("email"), guessed("password")],
        "login" => vec![missing("email"), error("password", TooShort, "The password is empty.")],
        "verify" => vec![error("code", TooShort, "A code has at least 4 digits.")],
        "resend" => vec![
            error("channel", NotAllowed, "The channel must be one of: sms, call."),
            error("locale", InvalidFormat, "A locale is a language tag such as de or pt-BR."),
        ],
        "refresh" => vec![missing("refresh_token")],
        "logout" => vec![error("scope", NotAllowed, "The scope must be one of: current, others, all.")],
        "updateMe" => vec![error("username", TooShort, "A username has at least 3 characters.")],
        "deleteMe" => vec![missing("password")],
        "changePhone" => {
            vec![error("phone_number", NotAllowed, "This is already yours. Enter another one.")]
        }
        "changeEmail" => vec![error("email", InvalidFormat, "An email address looks like ada@example.com.")],
        "verifyPhone" | "verifyEmail" => vec![error("code", TooShort, "A code has at least 4 digits.")],
        "forgotPassword" => vec![missing("email")],
        "resetPassword" => vec![missing("reset_token"), guessed("new_password")],
        "changePassword" => vec![missing("current_password"), guessed("new_password")],
        _ => vec![],
    }
}
