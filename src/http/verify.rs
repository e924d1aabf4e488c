//! `POST /v1/users/verify`

use actix_web::post;
use actix_web::web::{self, Data};
use utoipa::ToSchema;

use super::answer::problem::Problem;
use super::answer::tokens::Tokens;
use super::request::call::{Call, Context, FromFields, Json};
use super::request::fields::Fields;
use crate::auth::proof::{PasswordOk, Verified};
use crate::auth::{Auth, Code};

/// The code that came.
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
