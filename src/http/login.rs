//! `POST /v1/users/login`

use actix_web::post;
use actix_web::web::{self, Data};
use secrecy::ExposeSecret;
use serde::Serialize;
use utoipa::ToSchema;

use super::answer::challenge::{Challenge, seconds};
use super::answer::delivery::{PhoneChannel, delivery};
use super::answer::problem::Problem;
use super::answer::token_type::TokenType;
use super::request::call::{Call, Context, FromFields, Guest, Json};
use super::request::fields::Fields;
use crate::auth::{Auth, Email, Login, Password, PasswordOkGrant};

/// Who wants to log in, and how the code shall travel.
#[derive(ToSchema)]
pub struct LoginRequest {
    /// The email address of a user, without regard to case.
    #[schema(format = Email, min_length = 5, max_length = 254)]
    pub email: String,
    /// The user's password.
    #[schema(format = Password, min_length = 1, max_length = 1024, write_only)]
    pub password: String,
    /// How the code shall travel; by default `sms`, or the first channel that this deployment allows.
    #[schema(nullable = false)]
    pub channel: Option<PhoneChannel>,
    /// The language of the message, a BCP 47 tag; by default that of the header `Accept-Language`.
    #[schema(
        nullable = false,
        min_length = 2,
        max_length = 35,
        pattern = "^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$"
    )]
    pub locale: Option<String>,
    /// The hash of an Android app of this deployment, which may then read the code from the text message by
    /// itself (SMS Retriever).
    #[schema(nullable = false, min_length = 11, max_length = 11, pattern = "^[A-Za-z0-9+/]{11}$")]
    pub app_hash: Option<String>,
}

impl FromFields for Login {
    fn from_fields(fields: &mut Fields, context: &Context<'_>) -> Option<Self> {
        let email = fields.required("email", Email::parse);
        let password = fields.required("password", Password::parse_attempt);
        let delivery = delivery(fields, context);
        Some(Self { email: email?, password: password?, delivery })
    }
}

/// The password was right.
#[derive(Serialize, ToSchema)]
pub struct PasswordOk {
    /// Opens verify, resend and logout, and nothing else.
    #[schema(max_length = 4096, pattern = "^[A-Za-z0-9_.-]+$")]
    pub password_ok_token: String,
    /// How to send it.
    pub token_type: TokenType,
    /// Seconds that it lives.
    #[schema(minimum = 1, maximum = 86400)]
    pub expires_in: u32,
    /// What has to be answered with it.
    pub challenge: Challenge,
}

impl From<PasswordOkGrant> for PasswordOk {
    fn from(grant: PasswordOkGrant) -> Self {
        Self {
            password_ok_token: grant.token.expose_secret().to_owned(),
            token_type: TokenType::Bearer,
            expires_in: seconds(grant.expires_in),
            challenge: grant.challenge.into(),
        }
    }
}

/// Log in
///
/// Checks the password, has a code sent to the user's phone, and answers with a password-ok token for the
/// next step. An unknown email address and a wrong password get the same answer.
#[utoipa::path(
    operation_id = "login",
    tag = "Log in",
    request_body = LoginRequest,
    responses((status = 200, description = "The password was right and a code is on its way.", body = PasswordOk)),
)]
#[post("/v1/users/login")]
pub async fn login(
    auth: Data<Auth>,
    call: Call<Guest, Json<Login>>,
) -> Result<web::Json<PasswordOk>, Problem> {
    let grant = auth.log_in(call.body.0, call.client).await?;
    Ok(web::Json(grant.into()))
}
