//! `POST /v1/users/password/forgot`, `POST /v1/users/password/reset`

use actix_web::web::Data;
use actix_web::{HttpResponse, post};
use secrecy::ExposeSecret;
use serde::Serialize;
use utoipa::ToSchema;

use super::answer::challenge::seconds;
use super::answer::problem::Problem;
use super::request::call::{Anyone, Call, Context, FromFields, Json, WithEmail};
use super::request::fields::Fields;
use crate::auth::{Auth, Code, Email, NewPassword, Password, ResetToken};

/// Whose password was forgotten.
#[derive(ToSchema)]
pub struct ForgotPasswordRequest {
    /// The address that one logs in with.
    #[schema(format = Email, min_length = 5, max_length = 254)]
    pub email: String,
}

impl FromFields for Email {
    fn from_fields(fields: &mut Fields, _: &Context<'_>) -> Option<Self> {
        fields.required("email", Self::parse)
    }
}

/// A reset has begun; the same for an address that is nobody's.
#[derive(Serialize, ToSchema)]
pub struct PasswordForgotten {
    /// Names the reset: send it along with the code.
    #[schema(max_length = 100, pattern = "^[A-Za-z0-9_-]+$")]
    pub reset_token: String,
    /// Seconds that the code can be checked.
    #[schema(minimum = 0, maximum = 600)]
    pub expires_in: u32,
    /// How many digits a code has.
    #[schema(minimum = 4, maximum = 10)]
    pub code_length: u8,
}

/// A new password, with the code from the mailbox.
#[derive(ToSchema)]
pub struct ResetPasswordRequest {
    /// What forgot answered with.
    #[schema(min_length = 1, max_length = 200, write_only)]
    pub reset_token: String,
    /// The digits; spaces and hyphens between them do no harm.
    #[schema(min_length = 4, max_length = 32, pattern = r"^[0-9 \-]+$", write_only)]
    pub code: String,
    /// Another password, judged as at sign-up.
    #[schema(format = Password, min_length = 8, max_length = 128, write_only)]
    pub new_password: String,
}

impl FromFields for NewPassword {
    /// How strong the password is takes a while to tell.
    const SLOW: bool = true;

    fn from_fields(fields: &mut Fields, _: &Context<'_>) -> Option<Self> {
        let token = fields.required("reset_token", |text| Ok(ResetToken::new(text)));
        let code = fields.required("code", Code::parse);
        let password = fields.required("new_password", Password::parse_new);
        if let Some(Err(invalid)) = password.as_ref().map(|password| password.check_strength(&[])) {
            fields.refuse("new_password", invalid);
        }
        Some(Self { token: token?, code: code?, password: password? })
    }
}

/// Forgot the password
///
/// Sends a code to the email address, if it is a user's. The answer is the same, and comes as soon, if it is nobody's.
/// 404 where this deployment sends no codes by email.
#[utoipa::path(
    operation_id = "forgotPassword",
    tag = "Log in",
    request_body = ForgotPasswordRequest,
    responses((status = 202, description = "Whoever reads that mailbox can go on.", body = PasswordForgotten)),
)]
#[post("/v1/users/password/forgot")]
pub async fn forgot_password(
    auth: Data<Auth>,
    call: Call<WithEmail<Anyone>, Json<Email>>,
) -> Result<HttpResponse, Problem> {
    let grant = auth.forget_password(call.body.0, call.client).await?;
    Ok(HttpResponse::Accepted().json(PasswordForgotten {
        reset_token: grant.token.expose_secret().to_owned(),
        expires_in: seconds(grant.expires_in),
        code_length: grant.code_length,
    }))
}

/// Reset the password
///
/// Takes the code from the mailbox; five tries. Every session ends (reason `password_changed`). Nobody is logged in by
/// it: log in next, with the new password and a code to the phone. Where the code was right and the password too easily
/// guessed, send the same token and code with another password. 404 where this deployment sends no codes by email.
#[utoipa::path(
    operation_id = "resetPassword",
    tag = "Log in",
    request_body = ResetPasswordRequest,
    responses((status = 204, description = "The new password counts.")),
)]
#[post("/v1/users/password/reset")]
pub async fn reset_password(
    auth: Data<Auth>,
    call: Call<WithEmail<Anyone>, Json<NewPassword>>,
) -> Result<HttpResponse, Problem> {
    auth.reset_password(call.body.0, call.client).await?;
    Ok(HttpResponse::NoContent().finish())
}
