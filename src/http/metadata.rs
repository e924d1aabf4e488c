//! `GET /.well-known/oauth-authorization-server`

use actix_web::http::header::CACHE_CONTROL;
use actix_web::web::Data;
use actix_web::{HttpResponse, get};
use serde::Serialize;
use utoipa::ToSchema;

use super::answer::error_code::ErrorCode;
use super::answer::problem::Problem;
use crate::auth::Auth;

/// The path of the public keys.
const JWKS_PATH: &str = "/.well-known/jwks.json";

/// The metadata of this server (RFC 8414, section 2). The server supports no OAuth flows, so it lists no
/// endpoints, response types or grant types.
#[derive(Serialize, ToSchema)]
pub struct ServerMetadata {
    /// The issuer: the claim `iss` of the tokens.
    #[schema(max_length = 500)]
    pub issuer: String,
    /// The URL of the JWK Set.
    #[schema(format = "uri", max_length = 600)]
    pub jwks_uri: String,
    /// Always empty. The RFC requires this field.
    #[schema(max_items = 0)]
    pub response_types_supported: Vec<OAuthName>,
    /// Always empty. If it were absent, clients would assume `authorization_code` and `implicit`.
    #[schema(max_items = 0)]
    pub grant_types_supported: Vec<OAuthName>,
}

/// An OAuth identifier.
#[derive(Serialize, ToSchema)]
#[schema(max_length = 50)]
pub struct OAuthName(String);

/// Get the server metadata
///
/// Returns the issuer and the URL of its public keys, for libraries that support discovery. If the setting
/// `tokens.issuer` is not a URL, the request fails with 404.
#[utoipa::path(
    operation_id = "getServerMetadata",
    tag = "Operations",
    responses((status = 200, description = "The metadata.", body = ServerMetadata)),
)]
#[get("/.well-known/oauth-authorization-server")]
pub async fn metadata(auth: Data<Auth>) -> Result<HttpResponse, Problem> {
    let issuer = auth.issuer();
    // Never taken from a header of the request: its sender could then choose which keys others trust.
    if !issuer.starts_with("https://") && !issuer.starts_with("http://") {
        let detail = "This server has no metadata, because tokens.issuer is not a URL. Set it to the URL of this server.";
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
