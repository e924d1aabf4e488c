//! The refresh token: opaque, never stored. It names its session and a generation; an HMAC over both and the
//! session's salt, under a key derived from the deployment's secret, makes it ours. A leaked database holds
//! the salt and the generation, and neither makes a token.

use aws_lc_rs::hmac;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use secrecy::{ExposeSecret, SecretString};

use super::error::Error;
use super::secret::DeploymentSecret;
use crate::storage::sessions::Session;

/// What every refresh token begins with, so that scanners for leaked secrets can know it.
pub const PREFIX: &str = "csrt_";
/// Bytes of a session's salt.
pub(super) const SALT_LENGTH: usize = 16;

/// Makes refresh tokens.
pub(super) struct RefreshTokens {
    key: hmac::Key,
}

impl RefreshTokens {
    pub(super) fn new(secret: &DeploymentSecret) -> Result<Self, Error> {
        let key = secret.derive("countersign/refresh-token/v1")?;
        Ok(Self { key: hmac::Key::new(hmac::HMAC_SHA256, key.expose_secret()) })
    }

    /// The token of a session's current generation: the same each time it is asked for.
    pub(super) fn current(&self, session: &Session) -> SecretString {
        let name = [session.id.0.as_bytes().as_slice(), &session.generation.to_be_bytes()].concat();
        let tag = hmac::sign(&self.key, &[name.as_slice(), &session.salt].concat());
        format!("{PREFIX}{}", URL_SAFE_NO_PAD.encode([name.as_slice(), tag.as_ref()].concat())).into()
    }
}
