//! The Ed25519 keys that sign tokens. The database holds them, with the private half sealed.

use aws_lc_rs::aead::{AES_256_GCM, Aad, Nonce, RandomizedNonceKey};
use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der};
use aws_lc_rs::rand;
use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, Utc};
use secrecy::{ExposeSecret, SecretSlice};
use storage::signing_keys::SigningKey;
use storage::{Db, Mode, Timestamp};

use super::secret::DeploymentSecret;
use crate::auth::error::Error;

/// The prefix of the `kid` of a key that `dev` created. `serve` never loads such a key.
pub const DEV_KID_PREFIX: &str = "dev-";
/// The purpose of the derived key that seals the signing keys.
const SEALING_PURPOSE: &str = "countersign/signing-key/v1";
/// Bytes of the AES-256-GCM nonce in front of the sealed key.
const NONCE_LENGTH: usize = 12;

/// A key pair.
pub(crate) struct Key {
    pub(crate) kid: String,
    pub(crate) signs_from: DateTime<Utc>,
    pub(crate) public_key: Vec<u8>,
    /// PKCS #8.
    pub(crate) private_key: SecretSlice<u8>,
}

/// A public key as the JWK Set lists it.
#[derive(Debug, Clone)]
pub struct PublicKey {
    /// Identifies the key in a token's header.
    pub kid: String,
    /// The 32 bytes of an Ed25519 public key in base64url (RFC 8037, section 2).
    pub x: String,
}

impl From<&Key> for PublicKey {
    fn from(key: &Key) -> Self {
        Self { kid: key.kid.clone(), x: URL_SAFE_NO_PAD.encode(&key.public_key) }
    }
}

/// Loads the keys that a deployment may use, and creates the first one if there is none. The database must be
/// claimed. Replicas that start at the same time create only one key.
pub(crate) async fn load_or_create(
    db: &Db,
    secret: &DeploymentSecret,
    mode: Mode,
    now: DateTime<Utc>,
) -> Result<Vec<Key>, Error> {
    let rows = db.signing_keys().await?;
    let seen = rows.iter().map(|row| row.kid.clone()).collect();
    let keys = unseal_all(secret, mode, rows)?;
    if !keys.is_empty() {
        return Ok(keys);
    }
    let rows = db.add_first_signing_key(create(secret, mode, now, now)?, mode, seen).await?;
    unseal_all(secret, mode, rows)
}

/// Creates a key that signs from `signs_from` on.
pub(crate) fn create(
    secret: &DeploymentSecret,
    mode: Mode,
    signs_from: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Result<SigningKey, Error> {
    seal(&secret.derive(SEALING_PURPOSE)?, &generate(mode, signs_from)?, now)
}

/// Counts the keys of a database that `serve` would use with this secret. If there are none, it creates one.
///
/// # Errors
/// [`Error::OtherSecret`] if a key was sealed with another secret.
pub fn count_usable_keys(secret: &DeploymentSecret, rows: Vec<SigningKey>) -> Result<usize, Error> {
    Ok(unseal_all(secret, Mode::Production, rows)?.len())
}

/// Unseals the keys that a deployment may use.
pub(crate) fn unseal_all(
    secret: &DeploymentSecret,
    mode: Mode,
    rows: Vec<SigningKey>,
) -> Result<Vec<Key>, Error> {
    let sealing_key = secret.derive(SEALING_PURPOSE)?;
    rows.into_iter()
        .filter(|row| mode == Mode::Dev || !row.kid.starts_with(DEV_KID_PREFIX))
        .map(|row| unseal(&sealing_key, row))
        .collect()
}

fn generate(mode: Mode, signs_from: DateTime<Utc>) -> Result<Key, Error> {
    let pair = Ed25519KeyPair::generate().map_err(Error::internal)?;
    let der: Pkcs8V1Der<'_> = pair.as_der().map_err(Error::internal)?;
    let mut random = [0; 12];
    rand::fill(&mut random).map_err(Error::internal)?;
    let prefix = match mode {
        Mode::Dev => DEV_KID_PREFIX,
        Mode::Production => "",
    };
    Ok(Key {
        kid: format!("{prefix}{}", URL_SAFE_NO_PAD.encode(random)),
        signs_from,
        public_key: pair.public_key().as_ref().to_vec(),
        private_key: der.as_ref().to_vec().into(),
    })
}

/// Seals a private key with AES-256-GCM under a key derived from the deployment's secret, bound to the `kid`.
fn seal(sealing_key: &SecretSlice<u8>, key: &Key, now: DateTime<Utc>) -> Result<SigningKey, Error> {
    let cipher =
        RandomizedNonceKey::new(&AES_256_GCM, sealing_key.expose_secret()).map_err(Error::internal)?;
    let mut sealed = key.private_key.expose_secret().to_vec();
    let nonce = cipher
        .seal_in_place_append_tag(Aad::from(key.kid.as_bytes()), &mut sealed)
        .map_err(Error::internal)?;
    let sealed_private_key = [nonce.as_ref().as_slice(), &sealed].concat();
    Ok(SigningKey {
        kid: key.kid.clone(),
        public_key: key.public_key.clone(),
        sealed_private_key,
        created_at: Timestamp(now),
        signs_from: Timestamp(key.signs_from),
    })
}

fn unseal(sealing_key: &SecretSlice<u8>, row: SigningKey) -> Result<Key, Error> {
    let foreign = || Error::OtherSecret;
    let cipher =
        RandomizedNonceKey::new(&AES_256_GCM, sealing_key.expose_secret()).map_err(Error::internal)?;
    let (nonce, sealed) = row.sealed_private_key.split_at_checked(NONCE_LENGTH).ok_or_else(foreign)?;
    let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| foreign())?;
    let mut opened = sealed.to_vec();
    let private_key = cipher
        .open_in_place(nonce, Aad::from(row.kid.as_bytes()), &mut opened)
        .map_err(|_| foreign())?
        .to_vec();
    let SigningKey { kid, public_key, signs_from, .. } = row;
    Ok(Key { kid, signs_from: signs_from.0, public_key, private_key: private_key.into() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::DateTime;

    fn sealing_key(secret: &str) -> SecretSlice<u8> {
        DeploymentSecret::parse(secret.into()).unwrap().derive(SEALING_PURPOSE).unwrap()
    }

    #[test]
    fn a_sealed_key_opens_only_with_the_same_secret_and_kid() {
        let (ours, other) = (
            sealing_key("0123456789abcdefghijklmnopqrstuvwxyz"),
            sealing_key("zyxwvutsrqponmlkjihgfedcba9876543210"),
        );
        let key = generate(Mode::Dev, DateTime::UNIX_EPOCH).unwrap();
        assert!(key.kid.starts_with(DEV_KID_PREFIX));
        let row = seal(&ours, &key, DateTime::UNIX_EPOCH).unwrap();
        let secret_bytes = key.private_key.expose_secret();
        assert!(
            !row.sealed_private_key.windows(16).any(|window| secret_bytes.windows(16).any(|s| s == window))
        );
        assert!(unseal(&other, row.clone()).is_err());
        assert!(unseal(&ours, SigningKey { kid: "another".into(), ..row.clone() }).is_err());
        assert_eq!(unseal(&ours, row).unwrap().private_key.expose_secret(), secret_bytes);
    }

    #[test]
    fn keys_of_dev_or_of_another_secret_are_not_usable() {
        let secret = |text: &str| DeploymentSecret::parse(text.into()).unwrap();
        let ours = "0123456789abcdefghijklmnopqrstuvwxyz";
        let epoch = DateTime::UNIX_EPOCH;
        let row = |mode| seal(&sealing_key(ours), &generate(mode, epoch).unwrap(), epoch).unwrap();
        let other = secret("zyxwvutsrqponmlkjihgfedcba9876543210");
        assert_eq!(count_usable_keys(&secret(ours), vec![]).unwrap(), 0);
        let rows = vec![row(Mode::Dev), row(Mode::Production)];
        assert_eq!(count_usable_keys(&secret(ours), rows.clone()).unwrap(), 1);
        assert!(count_usable_keys(&other, rows).is_err());
        assert_eq!(count_usable_keys(&other, vec![row(Mode::Dev)]).unwrap(), 0);
    }
}
