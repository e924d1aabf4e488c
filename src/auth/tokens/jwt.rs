//! The two kinds of JWT; the only user of jsonwebtoken.
//!
//! The rules of the kinds exclude each other (RFC 8725, section 3.12): another `typ`, another `aud`. What
//! jsonwebtoken leaves open is decided here: the header holds `alg`, `typ` and `kid` and nothing else, so a
//! token can bring no key and no `crit`; every claim is required and of its exact type; time is an argument.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, TimeDelta, Utc};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use secrecy::{ExposeSecret, SecretString};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::claims::{Access, AccessClaims, Claims, PasswordOkClaims};
use super::key_schedule::Schedule;
use super::keys::{Key, PublicKey};
use super::known_tokens::KnownTokens;
use crate::auth::error::Error;
use crate::auth::reason::Reason;
use storage::sessions::Session;

/// `typ` of a password-ok token.
pub(crate) const PASSWORD_OK_TYP: &str = "password-ok+jwt";
/// `typ` of an access token (RFC 9068, section 2.1).
pub(crate) const ACCESS_TYP: &str = "at+jwt";
/// How far the clocks of replicas may differ, in seconds.
const LEEWAY_SECONDS: i64 = 5;
/// Longest token that is looked at, in bytes. Ours have about 700.
const MAX_LENGTH: usize = 4096;

/// Who the tokens come from and whom they are for.
#[derive(Debug, Clone)]
pub struct Settings {
    /// `iss`.
    pub issuer: String,
    /// `aud` of access tokens.
    pub audience: String,
    /// `client_id` of access tokens (RFC 9068, section 2.2).
    pub client_id: String,
    /// How long a password-ok token lives.
    pub password_ok_lifetime: TimeDelta,
    /// How long an access token lives.
    pub access_lifetime: TimeDelta,
    /// How long a new key is published before it signs.
    pub key_lead: TimeDelta,
}

impl Settings {
    /// How long a key is needed after it has signed its last token.
    pub(crate) fn longest_token(&self) -> TimeDelta {
        self.password_ok_lifetime.max(self.access_lifetime) + TimeDelta::seconds(LEEWAY_SECONDS)
    }

    /// `aud` of password-ok tokens: this server alone.
    fn password_ok_audience(&self) -> String {
        format!("{}/password-ok", self.issuer)
    }
}

/// What a token's header may hold, and must.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct StrictHeader {
    alg: String,
    typ: String,
    kid: String,
}

/// Why a token was not read.
pub(crate) enum Unread {
    /// No key here bears its `kid`; one that was made a moment ago may.
    UnknownKey,
    /// It opens nothing.
    Refused(Reason),
}

impl From<Reason> for Unread {
    fn from(reason: Reason) -> Self {
        Self::Refused(reason)
    }
}

/// A key, ready for use.
struct LoadedKey {
    public: PublicKey,
    encoding: EncodingKey,
    decoding: DecodingKey,
}

/// Makes and reads the tokens.
pub(crate) struct Jwt {
    settings: Settings,
    password_ok_audience: String,
    /// In the order of the schedule.
    keys: Vec<LoadedKey>,
    schedule: Schedule,
    validation: Validation,
    /// Of these keys: other keys make another `Jwt`, which knows no token yet.
    known: KnownTokens,
}

impl Jwt {
    /// `keys`: the one that signs last first.
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
            validation: signature_alone(),
            known: KnownTokens::new(),
        })
    }

    pub(crate) fn settings(&self) -> &Settings {
        &self.settings
    }

    /// The keys that a living token may bear, now or soon.
    pub(crate) fn public_keys(&self, now: DateTime<Utc>) -> impl Iterator<Item = &PublicKey> {
        let needed = move |(index, _): &(usize, &LoadedKey)| self.schedule.is_needed(*index, now);
        self.keys.iter().enumerate().filter(needed).map(|(_, key)| &key.public)
    }

    /// Whether these are the keys that this set was made of.
    pub(crate) fn is_of(&self, keys: &[Key]) -> bool {
        let ours = self.keys.iter().map(|key| &key.public.kid);
        ours.eq(keys.iter().map(|key| &key.kid))
    }

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

    /// The access token of a session's current generation, and when it expires.
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

    /// Reads a token of either kind. Whatever is wrong with a token that we did not sign is `Malformed`; only
    /// a genuine one is told that it has expired.
    pub(crate) fn read(&self, token: &str, now: DateTime<Utc>) -> Result<Claims, Unread> {
        if token.len() > MAX_LENGTH {
            return Err(Reason::Malformed.into());
        }
        if let Some(access) = self.known.get(token) {
            // Whoever has stolen a key can write any end into a token.
            check(self.schedule.is_needed(access.key, now), access.valid_from, access.exp, now)?;
            return Ok(Claims::Access(access));
        }
        let header = strict_header(token).ok_or(Reason::Malformed)?;
        let index = self.keys.iter().position(|key| key.public.kid == header.kid);
        let index = index.ok_or(Unread::UnknownKey)?;
        if !self.schedule.is_needed(index, now) {
            return Err(Reason::Malformed.into());
        }
        let key = self.keys.get(index).map(|key| &key.decoding).ok_or(Reason::Malformed)?;
        match header.typ.as_str() {
            PASSWORD_OK_TYP => {
                let claims: PasswordOkClaims = self.verified(token, key)?;
                let ours = claims.iss == self.settings.issuer && claims.aud == self.password_ok_audience;
                check(ours, claims.nbf.max(claims.iat), claims.exp, now)?;
                Ok(Claims::PasswordOk(claims))
            }
            ACCESS_TYP => {
                let claims: AccessClaims = self.verified(token, key)?;
                let ours = claims.iss == self.settings.issuer && claims.aud == self.settings.audience;
                // Issued in the future is not yet issued, whatever `nbf` says.
                let valid_from = claims.nbf.max(claims.iat);
                check(ours, valid_from, claims.exp, now)?;
                let AccessClaims { sub: user_id, sid: session_id, exp, .. } = claims;
                let access = Access { user_id, session_id, valid_from, exp, key: index };
                self.known.remember(token, access);
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

/// jsonwebtoken checks the algorithm and the signature; its rules for claims are looser than ours and ask the
/// wall clock.
#[allow(clippy::disallowed_methods)]
fn signature_alone() -> Validation {
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

fn check(ours: bool, valid_from: i64, exp: i64, now: DateTime<Utc>) -> Result<(), Reason> {
    let now = now.timestamp();
    if !ours {
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
