//! `POST /v1/users/refresh`

use actix_web::post;
use actix_web::web::{self, Data};
use utoipa::ToSchema;

use super::answer::problem::Problem;
use super::answer::tokens::Tokens;
use super::request::call::{Anyone, Call, Context, FromFields, Json};
use super::request::fields::Fields;
use crate::auth::{Auth, RefreshToken};

/// The refresh token that came last.
#[derive(ToSchema)]
pub struct RefreshRequest {
    /// As verify or the last refresh answered with it.
    #[schema(max_length = 200, write_only)]
    pub refresh_token: String,
}

impl FromFields for RefreshToken {
    fn from_fields(fields: &mut Fields, _: &Context<'_>) -> Option<Self> {
        fields.required("refresh_token", |text| Ok(Self::new(text)))
    }
}

/// Refresh the tokens
///
/// Swaps a refresh token for the next access token and the next refresh token. Keep the new refresh token: the
/// old one still gets the same answer for 30 seconds, so that a lost answer or two tabs at once log nobody out;
/// used after that, it ends the session, since somebody has a copy. No access token is needed, and one that is
/// sent along is not looked at.
#[utoipa::path(
    operation_id = "refresh",
    tag = "Log in",
    request_body = RefreshRequest,
    responses((status = 200, description = "The next tokens of the session.", body = Tokens)),
)]
#[post("/v1/users/refresh")]
pub async fn refresh(
    auth: Data<Auth>,
    call: Call<Anyone, Json<RefreshToken>>,
) -> Result<web::Json<Tokens>, Problem> {
    Ok(web::Json(auth.refresh(call.body.0, call.client).await?.into()))
}
