//! Signs and verifies the two kinds of JWT. The only file that uses jsonwebtoken.
//!
//! The kinds exclude each other by `typ` and `aud` (RFC 8725, section 3.12). The header holds exactly `alg`,
//! `typ` and `kid`, so a token cannot bring a key or a `crit` of its own. Every claim is required and has an
//! exact type. Time is an argument.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, TimeDelta, Utc};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use secrecy::{ExposeSecret, SecretString};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use storage::sessions::Session;
use uuid::Uuid;

use super::claims::{Access, AccessClaims, Claims, PasswordOkClaims};
use super::key_schedule::Schedule;
use super::keys::{Key, PublicKey};
use super::known_tokens::KnownTokens;
use crate::auth::error::Error;
use crate::auth::reason::Reason;

/// `typ` of a password-ok token.
pub(crate) const PASSWORD_OK_TYP: &str = "password-ok+jwt";
/// `typ` of an access token (RFC 9068, section 2.1).
pub(crate) const ACCESS_TYP: &str = "at+jwt";
/// The tolerated difference between the clocks of replicas, in seconds.
const LEEWAY_SECONDS: i64 = 5;
/// The longest accepted token, in bytes. Ours have about 700.
const MAX_LENGTH: usize = 4096;

/// Issuer, audience and lifetimes of the tokens.
#[derive(Debug, Clone)]
pub struct Settings {
    /// `iss`.
    pub issuer: String,
    /// `aud` of access tokens.
    pub audience: String,
    /// `client_id` of access tokens (RFC 9068, section 2.2).
    pub client_id: String,
    /// The lifetime of a password-ok token.
    pub password_ok_lifetime: TimeDelta,
    /// The lifetime of an access token.
    pub access_lifetime: TimeDelta,
    /// How long a new key is published before it signs.
    pub key_lead: TimeDelta,
}

impl Settings {
    /// How long a key is needed after it signed its last token.
    pub(crate) fn longest_token(&self) -> TimeDelta {
        self.password_ok_lifetime.max(self.access_lifetime) + TimeDelta::seconds(LEEWAY_SECONDS)
    }

    /// `aud` of password-ok tokens: only this server accepts them.
    fn password_ok_audience(&self) -> String {
        format!("{}/password-ok", self.issuer)
    }
}

/// The header of a token: all of these members and no others.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct StrictHeader {
    alg: String,
    typ: String,
    kid: String,
}

/// The error of a token that is not accepted.
pub(crate) enum TokenError {
    /// No known key has its `kid`. A key that was created a moment ago may have it.
    UnknownKey,
    /// The token is rejected.
    Rejected(Reason),
}

impl From<Reason> for TokenError {
    fn from(reason: Reason) -> Self {
        Self::Rejected(reason)
    }
}

/// A key in the forms that signing and verifying need.
struct LoadedKey {
    public: PublicKey,
    encoding: EncodingKey,
    decoding: DecodingKey,
}

/// Signs and verifies tokens with one set of keys.
pub(crate) struct Jwt {
    settings: Settings,
    password_ok_audience: String,
    /// In the order of the schedule: the key that signs last comes first.
    keys: Vec<LoadedKey>,
    schedule: Schedule,
    validation: Validation,
    /// Tokens verified with these keys. Other keys make another `Jwt`, with an empty cache.
    known: KnownTokens,
}

impl Jwt {
    /// Prepares a set of keys. The key that signs last comes first.
    pub(crate) fn new(settings: Settings, keys: &[Key]) -> Result<Self, Error> {
        let starts = keys.iter().map(|key| key.signs_from).collect();
        let schedule = Schedule::new(starts, settings.longest_token());
        let keys = keys
            .iter()
            .map(|key| {
                let public = PublicKey::from(key);
                let decoding = DecodingKey::from_ed_components(&public.x).map_err(Error::internal)?;
                let encoding = EncodingKey::from_ed_der(key.private_key.expose_secret());
                Ok(LoadedKey { public, encoding, decoding })
            })
            .collect::<Result<_, Error>>()?;
        Ok(Self {
            password_ok_audience: settings.password_ok_audience(),
            settings,
            keys,
            schedule,
            validation: signature_only(),
            known: KnownTokens::new(),
        })
    }

    pub(crate) fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Returns the keys that an unexpired token may name, now or soon.
    pub(crate) fn public_keys(&self, now: DateTime<Utc>) -> impl Iterator<Item = &PublicKey> {
        let needed = move |(index, _): &(usize, &LoadedKey)| self.schedule.is_needed(*index, now);
        self.keys.iter().enumerate().filter(needed).map(|(_, key)| &key.public)
    }

    /// Whether this was made from these keys.
    pub(crate) fn is_of(&self, keys: &[Key]) -> bool {
        let ours = self.keys.iter().map(|key| &key.public.kid);
        ours.eq(keys.iter().map(|key| &key.kid))
    }

    /// Signs a password-ok token for a challenge.
    pub(crate) fn password_ok(
        &self,
        user_id: Uuid,
        challenge_id: Uuid,
        now: DateTime<Utc>,
    ) -> Result<SecretString, Error> {
        let iat = now.timestamp();
        let claims = PasswordOkClaims {
            iss: self.settings.issuer.clone(),
            sub: user_id,
            aud: self.password_ok_audience.clone(),
            iat,
            nbf: iat,
            exp: iat + self.settings.password_ok_lifetime.num_seconds(),
            jti: challenge_id,
            amr: vec!["pwd".into()],
        };
        self.sign(PASSWORD_OK_TYP, &claims, now)
    }

    /// Signs the access token of a session's current generation. Returns it with its expiry.
    pub(crate) fn access(
        &self,
        session: &Session,
        token_id: Uuid,
    ) -> Result<(SecretString, DateTime<Utc>), Error> {
        let issued_at = session.rotated_at.0;
        // An access token never outlives its session.
        let expires_at = (issued_at + self.settings.access_lifetime).min(session.expires_at.0);
        let iat = issued_at.timestamp();
        let claims = AccessClaims {
            iss: self.settings.issuer.clone(),
            sub: session.user_id.0,
            aud: self.settings.audience.clone(),
            iat,
            nbf: iat,
            exp: expires_at.timestamp(),
            jti: token_id,
            sid: session.id.0,
            amr: session.amr.methods().iter().map(ToString::to_string).collect(),
            auth_time: session.auth_time.0.timestamp(),
            client_id: self.settings.client_id.clone(),
        };
        Ok((self.sign(ACCESS_TYP, &claims, issued_at)?, expires_at))
    }

    fn sign(&self, typ: &str, claims: &impl Serialize, at: DateTime<Utc>) -> Result<SecretString, Error> {
        let key = self.schedule.signing(at).and_then(|index| self.keys.get(index));
        let key = key.ok_or_else(|| Error::internal("there is no signing key"))?;
        let mut header = Header::new(Algorithm::EdDSA);
        header.typ = Some(typ.into());
        header.kid = Some(key.public.kid.clone());
        Ok(jsonwebtoken::encode(&header, claims, &key.encoding).map_err(Error::internal)?.into())
    }

    /// Verifies a token of either kind. A token that we did not sign is always `Malformed`; only a genuine
    /// token gets the reason that it has expired.
    pub(crate) fn read(&self, token: &str, now: DateTime<Utc>) -> Result<Claims, TokenError> {
        if token.len() > MAX_LENGTH {
            return Err(Reason::Malformed.into());
        }
        if let Some(access) = self.known.get(token) {
            // A thief of a key can write any expiry into a token, so its key must still be in use.
            check(self.schedule.is_needed(access.key, now), access.valid_from, access.exp, now)?;
            return Ok(Claims::Access(access));
        }
        let header = strict_header(token).ok_or(Reason::Malformed)?;
        let index = self.keys.iter().position(|key| key.public.kid == header.kid);
        let index = index.ok_or(TokenError::UnknownKey)?;
        if !self.schedule.is_needed(index, now) {
            return Err(Reason::Malformed.into());
        }
        let key = self.keys.get(index).map(|key| &key.decoding).ok_or(Reason::Malformed)?;
        match header.typ.as_str() {
            PASSWORD_OK_TYP => {
                let claims: PasswordOkClaims = self.verified(token, key)?;
                let is_ours = claims.iss == self.settings.issuer && claims.aud == self.password_ok_audience;
                check(is_ours, claims.nbf.max(claims.iat), claims.exp, now)?;
                Ok(Claims::PasswordOk(claims))
            }
            ACCESS_TYP => {
                let claims: AccessClaims = self.verified(token, key)?;
                let is_ours = claims.iss == self.settings.issuer && claims.aud == self.settings.audience;
                // A token issued in the future is not valid yet, even if `nbf` says so.
                let valid_from = claims.nbf.max(claims.iat);
                check(is_ours, valid_from, claims.exp, now)?;
                let AccessClaims { sub: user_id, sid: session_id, exp, .. } = claims;
                let access = Access { user_id, session_id, valid_from, exp, key: index };
                self.known.insert(token, access);
                Ok(Claims::Access(access))
            }
            _ => Err(Reason::Malformed.into()),
        }
    }

    fn verified<C: DeserializeOwned>(&self, token: &str, key: &DecodingKey) -> Result<C, Reason> {
        jsonwebtoken::decode(token, key, &self.validation)
            .map(|data| data.claims)
            .map_err(|_| Reason::Malformed)
    }
}

/// Has jsonwebtoken check only the algorithm and the signature: its rules for claims are looser than ours and
/// read the wall clock.
#[allow(clippy::disallowed_methods)]
fn signature_only() -> Validation {
    let mut validation = Validation::new(Algorithm::EdDSA);
    validation.required_spec_claims.clear();
    validation.validate_exp = false;
    validation.validate_aud = false;
    validation
}

fn strict_header(token: &str) -> Option<StrictHeader> {
    let (header, _) = token.split_once('.')?;
    let header: StrictHeader = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(header).ok()?).ok()?;
    (header.alg == "EdDSA").then_some(header)
}

fn check(is_ours: bool, valid_from: i64, exp: i64, now: DateTime<Utc>) -> Result<(), Reason> {
    let now = now.timestamp();
    if !is_ours {
        return Err(Reason::Malformed);
    }
    if valid_from > now.saturating_add(LEEWAY_SECONDS) {
        return Err(Reason::NotYetValid);
    }
    if exp.saturating_add(LEEWAY_SECONDS) <= now {
        return Err(Reason::Expired);
    }
    Ok(())
}
