//! `GET /.well-known/oauth-authorization-server`

use actix_web::http::header::CACHE_CONTROL;
use actix_web::web::Data;
use actix_web::{HttpResponse, get};
use serde::Serialize;
use utoipa::ToSchema;

use super::answer::error_code::ErrorCode;
use super::answer::problem::Problem;
use crate::auth::Auth;

/// Where the public keys stand.
const JWKS_PATH: &str = "/.well-known/jwks.json";

/// Where a resource server finds what it needs (RFC 8414, section 2). There are no OAuth flows here, so there are no
/// endpoints, response types or grants of OAuth.
#[derive(Serialize, ToSchema)]
pub struct ServerMetadata {
    /// `iss` of the tokens.
    #[schema(max_length = 500)]
    pub issuer: String,
    /// The JWK Set.
    #[schema(format = "uri", max_length = 600)]
    pub jwks_uri: String,
    /// Required by the RFC; none.
    #[schema(max_items = 0)]
    pub response_types_supported: Vec<OAuthName>,
    /// Left out it would mean "authorization_code" and "implicit"; none.
    #[schema(max_items = 0)]
    pub grant_types_supported: Vec<OAuthName>,
}

/// A name of OAuth's.
#[derive(Serialize, ToSchema)]
#[schema(max_length = 50)]
pub struct OAuthName(String);

/// About this server
///
/// The issuer and where its public keys stand, for libraries that discover them. 404 where `tokens.issuer` is no URL.
#[utoipa::path(
    operation_id = "getServerMetadata",
    tag = "Operations",
    responses((status = 200, description = "The metadata.", body = ServerMetadata)),
)]
#[get("/.well-known/oauth-authorization-server")]
pub async fn metadata(auth: Data<Auth>) -> Result<HttpResponse, Problem> {
    let issuer = auth.issuer();
    // Never from a header of the request: whoever sent it would choose the keys that others trust.
    if !issuer.starts_with("https://") && !issuer.starts_with("http://") {
        let detail = "The issuer of this server's tokens (tokens.issuer) is a name and no URL.";
        return Err(Problem::with_detail(ErrorCode::NotFound, detail));
    }
    let metadata = ServerMetadata {
        issuer: issuer.to_owned(),
        jwks_uri: format!("{}{JWKS_PATH}", issuer.trim_end_matches('/')),
        response_types_supported: vec![],
        grant_types_supported: vec![],
    };
    let cache = format!("public, max-age={}", auth.public_keys_max_age());
    Ok(HttpResponse::Ok().insert_header((CACHE_CONTROL, cache)).json(metadata))
}
