//! `GET /.well-known/jwks.json`

use actix_web::http::header::CACHE_CONTROL;
use actix_web::web::Data;
use actix_web::{HttpResponse, get};
use serde::Serialize;
use utoipa::ToSchema;

use super::answer::problem::Problem;
use crate::auth::{Auth, PublicKey};

/// A JWK Set (RFC 7517, section 5).
#[derive(Serialize, ToSchema)]
pub struct JwkSet {
    /// Every key that a living token may bear.
    #[schema(max_items = 100)]
    pub keys: Vec<Jwk>,
}

/// An Ed25519 public key (RFC 8037, section 2).
#[derive(Serialize, ToSchema)]
pub struct Jwk {
    /// `OKP`: an octet key pair.
    #[schema(max_length = 3, pattern = "^OKP$")]
    pub kty: &'static str,
    /// The curve.
    #[schema(max_length = 7, pattern = "^Ed25519$")]
    pub crv: &'static str,
    /// Names the key in a token's header.
    #[schema(max_length = 64, pattern = "^[A-Za-z0-9_-]+$")]
    pub kid: String,
    /// What the key is for: signatures.
    #[serde(rename = "use")]
    #[schema(max_length = 3, pattern = "^sig$")]
    pub key_use: &'static str,
    /// The algorithm.
    #[schema(max_length = 5, pattern = "^EdDSA$")]
    pub alg: &'static str,
    /// The public key.
    #[schema(max_length = 43, pattern = "^[A-Za-z0-9_-]{43}$")]
    pub x: String,
}

impl From<PublicKey> for Jwk {
    fn from(key: PublicKey) -> Self {
        Self { kty: "OKP", crv: "Ed25519", kid: key.kid, key_use: "sig", alg: "EdDSA", x: key.x }
    }
}

/// The public keys
///
/// With these a resource server checks an access token on its own. Fetch them again when `Cache-Control` says so, and
/// when a token bears a `kid` that is not among them.
#[utoipa::path(
    operation_id = "getJwks",
    tag = "Operations",
    responses((status = 200, description = "The JWK Set.", body = JwkSet)),
)]
#[get("/.well-known/jwks.json")]
pub async fn jwks(auth: Data<Auth>) -> Result<HttpResponse, Problem> {
    let keys = auth.public_keys().await.into_iter().map(Jwk::from).collect();
    Ok(HttpResponse::Ok()
        .insert_header((CACHE_CONTROL, format!("public, max-age={}", auth.public_keys_max_age())))
        .json(JwkSet { keys }))
}
