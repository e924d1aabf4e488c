//! The refresh token: opaque and never stored. It names its session and a generation. An HMAC over both and
//! the session's salt, under a key derived from the deployment's secret, proves that it is genuine. A leaked
//! database holds the salt and the generation, which are not enough to make a token.

use aws_lc_rs::hmac;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use secrecy::{ExposeSecret, SecretString};
use storage::Id;
use storage::sessions::Session;
use uuid::Uuid;

use super::secret::DeploymentSecret;
use crate::auth::error::Error;

/// The prefix of every refresh token, so that scanners for leaked secrets recognize it.
pub const PREFIX: &str = "csrt_";
/// Bytes of a session's salt.
pub(crate) const SALT_LENGTH: usize = 16;
/// Bytes of a session's identifier.
const ID_LENGTH: usize = 16;
/// Bytes of a generation.
const GENERATION_LENGTH: usize = 4;

/// A text that a client sent as a refresh token. It is not checked yet.
pub struct RefreshToken(SecretString);

impl RefreshToken {
    /// Accepts any text: a malformed token gets the error `invalid_refresh_token`, not a field error.
    pub fn new(text: &str) -> Self {
        Self(text.into())
    }

    /// Parses the session and the generation that the token claims, and the tag that must prove them.
    pub(crate) fn claim(&self) -> Option<Claim> {
        let bytes = URL_SAFE_NO_PAD.decode(self.0.expose_secret().strip_prefix(PREFIX)?).ok()?;
        let (id, rest) = bytes.split_first_chunk::<ID_LENGTH>()?;
        let (generation, tag) = rest.split_first_chunk::<GENERATION_LENGTH>()?;
        Some(Claim {
            session_id: Id(Uuid::from_bytes(*id)),
            generation: i32::from_be_bytes(*generation),
            tag: tag.to_vec(),
        })
    }
}

/// The claim of a refresh token, not checked yet.
pub(crate) struct Claim {
    pub(crate) session_id: Id,
    generation: i32,
    tag: Vec<u8>,
}

/// Proof that a refresh token is genuine, with its generation. Only [`RefreshTokens::check`] creates it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Genuine {
    generation: i32,
}

impl Genuine {
    pub(crate) fn generation(self) -> i32 {
        self.generation
    }
}

/// Creates and checks refresh tokens.
pub(crate) struct RefreshTokens {
    key: hmac::Key,
    jti_key: hmac::Key,
}

impl RefreshTokens {
    pub(crate) fn new(secret: &DeploymentSecret) -> Result<Self, Error> {
        let derived = |purpose| -> Result<hmac::Key, Error> {
            Ok(hmac::Key::new(hmac::HMAC_SHA256, secret.derive(purpose)?.expose_secret()))
        };
        Ok(Self { key: derived("countersign/refresh-token/v1")?, jti_key: derived("countersign/jti/v1")? })
    }

    /// Returns the `jti` of the access token of a session's current generation: unique, and always the same
    /// for one generation (UUIDv8: RFC 9562, section 5.8).
    pub(crate) fn jti(&self, session: &Session) -> Uuid {
        let tag = hmac::sign(&self.jti_key, &salted(&name(session, session.generation), session));
        let bytes = tag.as_ref().first_chunk().copied().unwrap_or_default();
        uuid::Builder::from_custom_bytes(bytes).into_uuid()
    }

    /// Returns the token of a session's current generation, which is always the same.
    pub(crate) fn current(&self, session: &Session) -> SecretString {
        let name = name(session, session.generation);
        let tag = hmac::sign(&self.key, &salted(&name, session));
        format!("{PREFIX}{}", URL_SAFE_NO_PAD.encode([&name, tag.as_ref()].concat())).into()
    }

    /// Checks that this deployment created the token for this session. Compares in constant time.
    pub(crate) fn check(&self, claim: &Claim, session: &Session) -> Option<Genuine> {
        let generation = claim.generation;
        let name = name(session, generation);
        hmac::verify(&self.key, &salted(&name, session), &claim.tag).ok()?;
        (claim.session_id == session.id).then_some(Genuine { generation })
    }
}

fn name(session: &Session, generation: i32) -> Vec<u8> {
    [session.id.0.as_bytes().as_slice(), &generation.to_be_bytes()].concat()
}

fn salted(name: &[u8], session: &Session) -> Vec<u8> {
    [name, &session.salt].concat()
}
