//! `POST /v1/users/refresh`

use actix_web::post;
use actix_web::web::{self, Data};
use utoipa::ToSchema;

use super::answer::problem::Problem;
use super::answer::tokens::Tokens;
use super::request::authorized_request::AuthorizedRequest;
use super::request::body::{FromFields, Json, ParseContext};
use super::request::fields::Fields;
use super::request::guard::Anyone;
use crate::auth::{Auth, RefreshToken};

/// The latest refresh token.
#[derive(ToSchema)]
pub struct RefreshRequest {
    /// The `refresh_token` from verify or from the last refresh.
    #[schema(max_length = 200, write_only)]
    pub refresh_token: String,
}

impl FromFields for RefreshToken {
    fn from_fields(fields: &mut Fields, _: &ParseContext<'_>) -> Option<Self> {
        fields.required("refresh_token", |text| Ok(Self::new(text)))
    }
}

/// Refresh the tokens
///
/// Exchanges a refresh token for a new access token and a new refresh token. Store the new refresh token. The
/// old one returns the same tokens for another 30 seconds, so a lost response or two parallel requests do not
/// log the user out. If it is used after that, it may have been stolen, and the session ends. This operation
/// needs no access token and ignores one that is sent.
#[utoipa::path(
    operation_id = "refresh",
    tag = "Log in",
    request_body = RefreshRequest,
    responses((status = 200, description = "The new tokens of the session.", body = Tokens)),
)]
#[post("/v1/users/refresh")]
pub async fn refresh(
    auth: Data<Auth>,
    request: AuthorizedRequest<Anyone, Json<RefreshToken>>,
) -> Result<web::Json<Tokens>, Problem> {
    Ok(web::Json(auth.refresh(request.body.0, request.client).await?.into()))
}
