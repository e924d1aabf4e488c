//! The deployment's secret, without which the database is not enough to forge anything.

use aws_lc_rs::{hkdf, rand};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use secrecy::{ExposeSecret, SecretSlice, SecretString};

use crate::auth::error::Error;

/// The fewest characters of a secret. 32 random bytes have 43 characters in base 64 and 64 in hexadecimal.
const MIN_CHARACTERS: usize = 32;
/// The fewest different characters: a repeated word is not a secret.
const MIN_DIFFERENT: usize = 10;

/// The secret from which every other key is derived.
#[derive(Clone, Debug)]
pub struct DeploymentSecret(SecretString);

/// The error of a secret that is too weak.
#[derive(Debug, thiserror::Error)]
#[error("must be at least 32 random characters, such as the output of `openssl rand -base64 32`")]
pub struct WeakSecret;

impl DeploymentSecret {
    /// Accepts a secret from the configuration.
    ///
    /// # Errors
    /// When it is too short or clearly not random.
    pub fn parse(secret: SecretString) -> Result<Self, WeakSecret> {
        let text = secret.expose_secret().trim().to_owned();
        let different = text.chars().collect::<std::collections::HashSet<_>>().len();
        if text.chars().count() < MIN_CHARACTERS || different < MIN_DIFFERENT {
            return Err(WeakSecret);
        }
        Ok(Self(text.into()))
    }

    /// Generates a random secret, as text for a file.
    ///
    /// # Errors
    /// When the system provides no randomness.
    pub fn generate() -> Result<SecretString, Error> {
        let mut bytes = [0; 32];
        rand::fill(&mut bytes).map_err(Error::internal)?;
        Ok(URL_SAFE_NO_PAD.encode(bytes).into())
    }

    /// Derives a key of 32 bytes for one purpose (HKDF-SHA256, RFC 5869). Keys of different purposes reveal
    /// nothing about each other.
    pub(crate) fn derive(&self, purpose: &'static str) -> Result<SecretSlice<u8>, Error> {
        let mut key = vec![0; 32];
        hkdf::Salt::new(hkdf::HKDF_SHA256, b"countersign")
            .extract(self.0.expose_secret().as_bytes())
            .expand(&[purpose.as_bytes()], hkdf::HKDF_SHA256)
            .and_then(|derived| derived.fill(&mut key))
            .map_err(Error::internal)?;
        Ok(key.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Threats: a24.
    #[test]
    fn weak_secrets_are_rejected() {
        for weak in ["", "changeme", "changeme-changeme-changeme-chang", &"a".repeat(64)] {
            assert!(DeploymentSecret::parse(weak.into()).is_err(), "{weak}");
        }
        assert!(DeploymentSecret::parse(DeploymentSecret::generate().unwrap()).is_ok());
    }

    #[test]
    fn purposes_have_different_keys() {
        let secret = DeploymentSecret::parse("0123456789abcdefghijklmnopqrstuvwxyz".into()).unwrap();
        let key = |purpose| secret.derive(purpose).unwrap().expose_secret().to_vec();
        assert_eq!(key("a"), key("a"));
        assert_ne!(key("a"), key("b"));
    }
}
