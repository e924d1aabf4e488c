//! The reset token: opaque and never stored. It names a password reset. An HMAC under a key derived from the
//! deployment's secret proves that it is genuine, so resets of other users cannot be guessed.

use aws_lc_rs::hmac;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use secrecy::{ExposeSecret, SecretString};
use storage::Id;
use uuid::Uuid;

use super::secret::DeploymentSecret;
use crate::auth::error::Error;

/// The prefix of every reset token, so that scanners for leaked secrets recognize it.
pub const PREFIX: &str = "cspr_";
/// Bytes of a reset's identifier.
const ID_LENGTH: usize = 16;

/// A text that a client sent as a reset token. It is not checked yet.
pub struct ResetToken(SecretString);

impl ResetToken {
    /// Accepts any text: a forged token gets the same response as an expired one.
    pub fn new(text: &str) -> Self {
        Self(text.into())
    }
}

/// Creates and checks reset tokens.
pub(crate) struct ResetTokens {
    key: hmac::Key,
}

impl ResetTokens {
    pub(crate) fn new(secret: &DeploymentSecret) -> Result<Self, Error> {
        let key = secret.derive("countersign/reset-token/v1")?;
        Ok(Self { key: hmac::Key::new(hmac::HMAC_SHA256, key.expose_secret()) })
    }

    /// Returns the token of a reset.
    pub(crate) fn of(&self, id: Id) -> SecretString {
        let tag = hmac::sign(&self.key, id.0.as_bytes());
        format!("{PREFIX}{}", URL_SAFE_NO_PAD.encode([id.0.as_bytes(), tag.as_ref()].concat())).into()
    }

    /// Returns the reset that a genuine token names. Compares in constant time.
    pub(crate) fn check(&self, token: &ResetToken) -> Option<Id> {
        let bytes = URL_SAFE_NO_PAD.decode(token.0.expose_secret().strip_prefix(PREFIX)?).ok()?;
        let (id, tag) = bytes.split_first_chunk::<ID_LENGTH>()?;
        hmac::verify(&self.key, id, tag).ok()?;
        Some(Id(Uuid::from_bytes(*id)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::DateTime;

    fn tokens(secret: &str) -> ResetTokens {
        ResetTokens::new(&DeploymentSecret::parse(secret.into()).unwrap()).unwrap()
    }

    #[test]
    fn a_genuine_token_names_its_reset_and_others_are_rejected() {
        let ours = tokens("0123456789abcdefghijklmnopqrstuvwxyz");
        let id = Id::new(DateTime::UNIX_EPOCH);
        let token = ours.of(id).expose_secret().to_owned();
        assert_eq!(ours.check(&ResetToken::new(&token)).map(|id| id.0), Some(id.0));
        assert!(tokens("another secret 0123456789 abcdefghijk").check(&ResetToken::new(&token)).is_none());
        let mut other = token.clone().into_bytes();
        other[10] = if other[10] == b'A' { b'B' } else { b'A' };
        for bad in ["", "cspr_", "csrt_AAAA", &token[..30], &token[5..], &String::from_utf8(other).unwrap()] {
            assert!(ours.check(&ResetToken::new(bad)).is_none(), "{bad}");
        }
    }
}
