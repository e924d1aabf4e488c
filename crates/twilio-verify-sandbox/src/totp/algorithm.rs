//! The hash functions of TOTP.

use hmac::{Hmac, KeyInit, Mac};
use serde::Serialize;
use sha1::Sha1;
use sha2::{Sha256, Sha512};

/// The hash function of a factor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Algorithm {
    /// Twilio's default, which every authenticator supports.
    Sha1,
    /// SHA-256.
    Sha256,
    /// SHA-512.
    Sha512,
}

impl Algorithm {
    /// Returns the algorithm with Twilio's name `name`.
    pub(crate) fn from_name(name: &str) -> Option<Self> {
        match name {
            "sha1" => Some(Self::Sha1),
            "sha256" => Some(Self::Sha256),
            "sha512" => Some(Self::Sha512),
            _ => None,
        }
    }

    /// Returns the HMAC (RFC 2104) of `message`.
    pub(super) fn hmac(self, secret: &[u8], message: &[u8]) -> Vec<u8> {
        match self {
            Self::Sha1 => hmac::<Hmac<Sha1>>(secret, message),
            Self::Sha256 => hmac::<Hmac<Sha256>>(secret, message),
            Self::Sha512 => hmac::<Hmac<Sha512>>(secret, message),
        }
    }

    /// Returns the name in a key URI.
    pub(super) fn uri_name(self) -> &'static str {
        match self {
            Self::Sha1 => "SHA1",
            Self::Sha256 => "SHA256",
            Self::Sha512 => "SHA512",
        }
    }
}

#[allow(clippy::expect_used, reason = "HMAC accepts keys of any length")]
fn hmac<M: Mac + KeyInit>(secret: &[u8], message: &[u8]) -> Vec<u8> {
    let mac = <M as KeyInit>::new_from_slice(secret).expect("HMAC accepts keys of any length");
    mac.chain_update(message).finalize().into_bytes().to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn twilios_names_are_parsed_and_serialized() {
        for name in ["sha1", "sha256", "sha512"] {
            let algorithm = Algorithm::from_name(name).unwrap();
            assert_eq!(serde_json::json!(algorithm), name);
        }
        assert_eq!(Algorithm::from_name("md5"), None);
    }
}
