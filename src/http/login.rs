//! `POST /v1/users/login`

use actix_web::post;
use actix_web::web::{self, Data};
use secrecy::ExposeSecret;
use serde::Serialize;
use utoipa::ToSchema;

use super::answer::challenge::{Challenge, seconds};
use super::answer::problem::Problem;
use super::answer::token_type::TokenType;
use super::request::authorized_request::AuthorizedRequest;
use super::request::body::{FromFields, Json, ParseContext};
use super::request::delivery::{PhoneChannel, delivery};
use super::request::fields::Fields;
use super::request::guard::Guest;
use crate::auth::{Auth, Email, Login, Password, PasswordOkGrant};

/// The credentials, and how to deliver the code.
#[derive(ToSchema)]
pub struct LoginRequest {
    /// The email address of the user. Case is ignored.
    #[schema(format = Email, min_length = 5, max_length = 254)]
    pub email: String,
    /// The password of the user.
    #[schema(format = Password, min_length = 1, max_length = 1024, write_only)]
    pub password: String,
    /// How to deliver the code. Default: `sms`, or the first channel that this server allows.
    #[schema(nullable = false)]
    pub channel: Option<PhoneChannel>,
    /// The language of the message, as a BCP 47 tag. Default: the language of the header `Accept-Language`.
    #[schema(
        nullable = false,
        min_length = 2,
        max_length = 35,
        pattern = "^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$"
    )]
    pub locale: Option<String>,
    /// The hash of the Android app that reads the code from the text message (SMS Retriever). It must be one
    /// that this server allows.
    #[schema(nullable = false, min_length = 11, max_length = 11, pattern = "^[A-Za-z0-9+/]{11}$")]
    pub app_hash: Option<String>,
}

impl FromFields for Login {
    fn from_fields(fields: &mut Fields, context: &ParseContext<'_>) -> Option<Self> {
        let email = fields.required("email", Email::parse);
        let password = fields.required("password", Password::parse_attempt);
        let delivery = delivery(fields, context);
        Some(Self { email: email?, password: password?, delivery })
    }
}

/// The result of a log-in with the right password.
#[derive(Serialize, ToSchema)]
pub struct PasswordOk {
    /// The password-ok token (a JWT). Only verify, resend and logout accept it.
    #[schema(max_length = 4096, pattern = "^[A-Za-z0-9_.-]+$")]
    pub password_ok_token: String,
    /// How to send the password-ok token.
    pub token_type: TokenType,
    /// Seconds until the password-ok token expires.
    #[schema(minimum = 1, maximum = 86400)]
    pub expires_in: u32,
    /// The challenge to complete with verify.
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
/// Checks the password, sends a code to the user's phone and returns a password-ok token for the next step.
/// The response does not reveal whether the email address or the password is wrong.
#[utoipa::path(
    operation_id = "login",
    tag = "Log in",
    request_body = LoginRequest,
    responses((status = 200, description = "The password is right and a code was sent.", body = PasswordOk)),
)]
#[post("/v1/users/login")]
pub async fn login(
    auth: Data<Auth>,
    request: AuthorizedRequest<Guest, Json<Login>>,
) -> Result<web::Json<PasswordOk>, Problem> {
    let grant = auth.log_in(request.body.0, request.client).await?;
    Ok(web::Json(grant.into()))
}
