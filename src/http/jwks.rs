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
    /// The keys of all tokens that have not expired.
    #[schema(max_items = 100)]
    pub keys: Vec<Jwk>,
}

/// An Ed25519 public key (RFC 8037, section 2).
#[derive(Serialize, ToSchema)]
pub struct Jwk {
    /// The key type: an octet key pair.
    #[schema(max_length = 3, pattern = "^OKP$")]
    pub kty: &'static str,
    /// The curve.
    #[schema(max_length = 7, pattern = "^Ed25519$")]
    pub crv: &'static str,
    /// The id of the key, as in the header of a token.
    #[schema(max_length = 64, pattern = "^[A-Za-z0-9_-]+$")]
    pub kid: String,
    /// The intended use of the key: signatures.
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

/// Get the public keys
///
/// Returns the keys with which a resource server verifies access tokens. Fetch them again when
/// `Cache-Control` says that they are stale, and when a token has a `kid` that is not among them.
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
