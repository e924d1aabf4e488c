//! The tokens of a session, and the proof that they are minted from.
//!
//! Tokens are a function of the session's row: every replica returns the same tokens for the same generation.

pub(crate) mod claims;
pub(crate) mod jwt;
pub(crate) mod key_rotation;
pub(crate) mod key_schedule;
pub(crate) mod keyring;
pub(crate) mod keys;
pub(crate) mod known_tokens;
pub(crate) mod refresh_token;
pub(crate) mod reset_token;
pub(crate) mod secret;
pub(crate) mod session;

use secrecy::SecretString;
use storage::sessions::Session;
use storage::users::User;
use twilio_verify::Approved;

use super::Auth;
use super::codes::challenge::seconds_until;
use super::error::Error;
use refresh_token::Genuine;

/// The tokens that a correct code or a current refresh token is exchanged for.
pub struct Tokens {
    /// The access token.
    pub access_token: SecretString,
    /// Seconds until it expires.
    pub expires_in: i64,
    /// The refresh token, which is exchanged for the next tokens.
    pub refresh_token: SecretString,
    /// Seconds until the session's fixed end.
    pub refresh_expires_in: i64,
    /// The session's user.
    pub user: User,
}

/// A live session and its user. Access tokens are minted from nothing else. It is created in two ways, and
/// each takes a proof.
pub(super) struct LiveSession {
    session: Session,
    user: User,
}

impl LiveSession {
    /// A correct code opened the session.
    pub(super) fn opened(_: Approved, session: Session, user: User) -> Self {
        Self { session, user }
    }

    /// A genuine refresh token continued the session.
    pub(super) fn continued(_: Genuine, session: Session, user: User) -> Self {
        Self { session, user }
    }
}

impl Auth {
    /// Signs the tokens of a live session.
    pub(super) async fn mint(&self, live: LiveSession) -> Result<Tokens, Error> {
        let LiveSession { session, user } = live;
        let now = self.clock.now();
        let keys = self.keyring.current(&self.db, now).await;
        let (access_token, expires_at) = keys.access(&session, self.refresh_tokens.jti(&session))?;
        Ok(Tokens {
            access_token,
            expires_in: seconds_until(expires_at, now),
            refresh_token: self.refresh_tokens.current(&session),
            refresh_expires_in: seconds_until(session.expires_at.0, now),
            user,
        })
    }
}
