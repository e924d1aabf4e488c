//! `POST /v1/users/verify`

use actix_web::post;
use actix_web::web::{self, Data};
use utoipa::ToSchema;

use super::answer::problem::Problem;
use super::answer::tokens::Tokens;
use super::request::authorized_request::AuthorizedRequest;
use super::request::body::{FromFields, Json, ParseContext};
use super::request::fields::Fields;
use crate::auth::proof::{PasswordOk, Verified};
use crate::auth::{Auth, Code};

/// The code that the user received.
#[derive(ToSchema)]
pub struct VerifyRequest {
    /// The code. Spaces and hyphens between the digits are ignored.
    #[schema(min_length = 4, max_length = 32, pattern = r"^[0-9 \-]+$", write_only)]
    pub code: String,
}

impl FromFields for Code {
    fn from_fields(fields: &mut Fields, _: &ParseContext<'_>) -> Option<Self> {
        fields.required("code", Self::parse)
    }
}

/// Verify the code
///
/// Checks the code and exchanges the password-ok token for an access token and a refresh token. The code can
/// be tried five times. Each password-ok token can be exchanged once.
#[utoipa::path(
    operation_id = "verify",
    tag = "Log in",
    request_body = VerifyRequest,
    responses((status = 200, description = "The code is right and a session has begun.", body = Tokens)),
)]
#[post("/v1/users/verify")]
pub async fn verify(
    auth: Data<Auth>,
    request: AuthorizedRequest<Verified<PasswordOk>, Json<Code>>,
) -> Result<web::Json<Tokens>, Problem> {
    let tokens = auth.verify(request.caller, request.body.0, request.client).await?;
    Ok(web::Json(tokens.into()))
}
