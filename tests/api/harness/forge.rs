//! A forger who has the deployment's secret and its database: the signatures are genuine, the content is not.
//! The formats are implemented here a second time, so that a change of either is noticed.

use aws_lc_rs::aead::{AES_256_GCM, Aad, Nonce, RandomizedNonceKey};
use aws_lc_rs::encoding::{AsBigEndian, Curve25519SeedBin};
use aws_lc_rs::hkdf::{HKDF_SHA256, Salt};
use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;

use super::{Launch, Server};

/// The signing key of a server.
pub struct Forge {
    pub kid: String,
    key: Ed25519KeyPair,
}

impl Forge {
    /// The secret that the server must have.
    pub const SECRET: &str = "this-secret-has-leaked-0123456789-abcdefgh";

    /// `countersign dev` with the leaked secret.
    pub fn launch() -> Launch {
        Launch::dev().variable("COUNTERSIGN__TOKENS__SECRET", Self::SECRET)
    }

    /// Unseals the key in the database.
    pub async fn of(server: &Server) -> Self {
        let database = &server.database;
        let kid = database.value("SELECT kid FROM signing_keys").await;
        let sealed = if database.is_postgres() {
            database.value("SELECT encode(sealed_private_key, 'hex') FROM signing_keys").await
        } else {
            database.value("SELECT hex(sealed_private_key) FROM signing_keys").await
        };
        let mut sealing_key = [0; 32];
        Salt::new(HKDF_SHA256, b"countersign")
            .extract(Self::SECRET.as_bytes())
            .expand(&[b"countersign/signing-key/v1"], HKDF_SHA256)
            .and_then(|derived| derived.fill(&mut sealing_key))
            .unwrap();
        let sealed = from_hex(&sealed);
        let (nonce, ciphertext) = sealed.split_at(12);
        let cipher = RandomizedNonceKey::new(&AES_256_GCM, &sealing_key).unwrap();
        let nonce = Nonce::try_assume_unique_for_key(nonce).unwrap();
        let mut private_key = ciphertext.to_vec();
        let opened = cipher.open_in_place(nonce, Aad::from(kid.as_bytes()), &mut private_key).unwrap();
        Self { kid, key: Ed25519KeyPair::from_pkcs8(opened).unwrap() }
    }

    /// Another key with the same kid.
    pub fn with_another_key(&self) -> Self {
        Self { kid: self.kid.clone(), key: Ed25519KeyPair::generate().unwrap() }
    }

    /// The 32 secret bytes.
    pub fn seed(&self) -> Vec<u8> {
        let seed: Curve25519SeedBin<'_> = self.key.seed().unwrap().as_be_bytes().unwrap();
        seed.as_ref().to_vec()
    }

    /// The 32 public bytes.
    pub fn public_key(&self) -> &[u8] {
        self.key.public_key().as_ref()
    }

    /// Signs any header and any claims, even if they are not JSON.
    pub fn sign(&self, header: &str, claims: &str) -> String {
        let message = format!("{}.{}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(claims));
        let signature = self.key.sign(message.as_bytes());
        format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature))
    }

    /// Signs these claims with the header of this token.
    pub fn resign(&self, token: &str, claims: &Value) -> String {
        self.sign(&header(token).to_string(), &claims.to_string())
    }
}

/// The header of a token.
pub fn header(token: &str) -> Value {
    part(token, 0)
}

/// The claims of a token.
pub fn claims(token: &str) -> Value {
    part(token, 1)
}

fn part(token: &str, index: usize) -> Value {
    let part = token.split('.').nth(index).unwrap();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap()
}

fn from_hex(text: &str) -> Vec<u8> {
    (0..text.len()).step_by(2).map(|at| u8::from_str_radix(&text[at..at + 2], 16).unwrap()).collect()
}
