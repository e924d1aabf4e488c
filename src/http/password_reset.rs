//! `POST /v1/users/password/forgot`, `POST /v1/users/password/reset`

use actix_web::web::Data;
use actix_web::{HttpResponse, post};
use secrecy::ExposeSecret;
use serde::Serialize;
use utoipa::ToSchema;

use super::answer::challenge::seconds;
use super::answer::problem::Problem;
use super::request::authorized_request::AuthorizedRequest;
use super::request::body::{FromFields, Json, ParseContext};
use super::request::fields::Fields;
use super::request::guard::{Anyone, WithEmail};
use crate::auth::{Auth, Code, Email, NewPassword, Password, ResetToken};

/// The user who forgot their password.
#[derive(ToSchema)]
pub struct ForgotPasswordRequest {
    /// The email address that the user logs in with.
    #[schema(format = Email, min_length = 5, max_length = 254)]
    pub email: String,
}

impl FromFields for Email {
    fn from_fields(fields: &mut Fields, _: &ParseContext<'_>) -> Option<Self> {
        fields.required("email", Self::parse)
    }
}

/// A password reset that has begun. The response is the same if no user has this email address.
#[derive(Serialize, ToSchema)]
pub struct PasswordForgotten {
    /// Identifies the reset. Send it together with the code.
    #[schema(max_length = 100, pattern = "^[A-Za-z0-9_-]+$")]
    pub reset_token: String,
    /// Seconds until the code expires.
    #[schema(minimum = 0, maximum = 600)]
    pub expires_in: u32,
    /// The number of digits in the code.
    #[schema(minimum = 4, maximum = 10)]
    pub code_length: u8,
}

/// The new password, and the code sent by email.
#[derive(ToSchema)]
pub struct ResetPasswordRequest {
    /// The `reset_token` from forgotPassword.
    #[schema(min_length = 1, max_length = 200, write_only)]
    pub reset_token: String,
    /// The code. Spaces and hyphens between the digits are ignored.
    #[schema(min_length = 4, max_length = 32, pattern = r"^[0-9 \-]+$", write_only)]
    pub code: String,
    /// The new password. The rules are those of sign-up.
    #[schema(format = Password, min_length = 8, max_length = 128, write_only)]
    pub new_password: String,
}

impl FromFields for NewPassword {
    /// Estimating the strength of a password takes a while.
    const SLOW: bool = true;

    fn from_fields(fields: &mut Fields, _: &ParseContext<'_>) -> Option<Self> {
        let token = fields.required("reset_token", |text| Ok(ResetToken::new(text)));
        let code = fields.required("code", Code::parse);
        let password = fields.required("new_password", Password::parse_new);
        if let Some(Err(invalid)) = password.as_ref().map(|password| password.check_strength(&[])) {
            fields.reject("new_password", invalid);
        }
        Some(Self { token: token?, code: code?, password: password? })
    }
}

/// Request a password reset
///
/// Sends a code to the email address if it belongs to a user. The content and the timing of the response do
/// not reveal whether it does. If this server does not send codes by email, the request fails with 404.
#[utoipa::path(
    operation_id = "forgotPassword",
    tag = "Log in",
    request_body = ForgotPasswordRequest,
    responses((status = 202, description = "A code was sent if the address belongs to a user.", body = PasswordForgotten)),
)]
#[post("/v1/users/password/forgot")]
pub async fn forgot_password(
    auth: Data<Auth>,
    request: AuthorizedRequest<WithEmail<Anyone>, Json<Email>>,
) -> Result<HttpResponse, Problem> {
    let grant = auth.forget_password(request.body.0, request.client).await?;
    Ok(HttpResponse::Accepted().json(PasswordForgotten {
        reset_token: grant.token.expose_secret().to_owned(),
        expires_in: seconds(grant.expires_in),
        code_length: grant.code_length,
    }))
}

/// Reset the password
///
/// Checks the code sent by email and replaces the password. The code can be tried five times. All sessions of
/// the user end (reason `password_changed`). The response contains no tokens: log in with the new password
/// next. If the new password is rejected because it is easily guessed, the same token and code can be used
/// again with another password. If this server does not send codes by email, the request fails with 404.
#[utoipa::path(
    operation_id = "resetPassword",
    tag = "Log in",
    request_body = ResetPasswordRequest,
    responses((status = 204, description = "The password is changed.")),
)]
#[post("/v1/users/password/reset")]
pub async fn reset_password(
    auth: Data<Auth>,
    request: AuthorizedRequest<WithEmail<Anyone>, Json<NewPassword>>,
) -> Result<HttpResponse, Problem> {
    auth.reset_password(request.body.0, request.client).await?;
    Ok(HttpResponse::NoContent().finish())
}
