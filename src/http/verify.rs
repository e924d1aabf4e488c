//! `POST /v1/users/verify`

use actix_web::post;
use actix_web::web::{self, Data};
use secrecy::ExposeSecret;
use serde::Serialize;
use utoipa::ToSchema;

use super::call::{Call, Context, FromFields, Json};
use super::challenge::seconds;
use super::fields::Fields;
use super::problem::Problem;
use super::token_type::TokenType;
use super::user::User;
use crate::auth::proof::{PasswordOk, Verified};
use crate::auth::{self, Auth, Code};

/// The code that came to the phone.
#[derive(ToSchema)]
pub struct VerifyRequest {
    /// The digits; spaces and hyphens between them do no harm.
    #[schema(min_length = 4, max_length = 32, pattern = r"^[0-9 \-]+$", write_only)]
    pub code: String,
}

impl FromFields for Code {
    fn from_fields(fields: &mut Fields, _: &Context<'_>) -> Option<Self> {
        fields.required("code", Self::parse)
    }
}

/// Password and code were right.
#[derive(Serialize, ToSchema)]
pub struct Tokens {
    /// Opens everything else.
    #[schema(max_length = 4096, pattern = "^[A-Za-z0-9_.-]+$")]
    pub access_token: String,
    /// How to send it.
    pub token_type: TokenType,
    /// Seconds that the access token lives.
    #[schema(minimum = 1, maximum = 86400)]
    pub expires_in: u32,
    /// Gets the next access token. Opaque.
    #[schema(max_length = 200, pattern = "^[A-Za-z0-9_-]+$")]
    pub refresh_token: String,
    /// Seconds until the session ends, whatever is done.
    #[schema(minimum = 1, maximum = 31536000)]
    pub refresh_expires_in: u32,
    /// Who it is.
    pub user: User,
}

impl From<auth::Tokens> for Tokens {
    fn from(tokens: auth::Tokens) -> Self {
        Self {
            access_token: tokens.access_token.expose_secret().to_owned(),
            token_type: TokenType::Bearer,
            expires_in: seconds(tokens.expires_in),
            refresh_token: tokens.refresh_token.expose_secret().to_owned(),
            refresh_expires_in: seconds(tokens.refresh_expires_in),
            user: tokens.user.into(),
        }
    }
}

/// Verify the code
///
/// Swaps the password-ok token and the right code for an access token, once. A challenge takes five tries.
#[utoipa::path(
    operation_id = "verify",
    tag = "Log in",
    request_body = VerifyRequest,
    responses((status = 200, description = "The code was right; a session has begun.", body = Tokens)),
)]
#[post("/v1/users/verify")]
pub async fn verify(
    auth: Data<Auth>,
    call: Call<Verified<PasswordOk>, Json<Code>>,
) -> Result<web::Json<Tokens>, Problem> {
    let tokens = auth.verify(call.caller, call.body.0, call.client).await?;
    Ok(web::Json(tokens.into()))
}
