//! The tokens of a session, and what they are minted from.
//!
//! They are a function of the session's row: whoever asks again for the tokens of a generation gets the very
//! same ones, whichever replica answers.

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

use super::Auth;
use super::codes::challenge::seconds_until;
use super::error::Error;
use refresh_token::Genuine;
use storage::sessions::Session;
use storage::users::User;
use twilio_verify::Approved;

/// What a right code and a current refresh token get.
pub struct Tokens {
    /// Opens everything else.
    pub access_token: SecretString,
    /// Seconds that it lives.
    pub expires_in: i64,
    /// Gets the next access token.
    pub refresh_token: SecretString,
    /// Seconds until the session's fixed end.
    pub refresh_expires_in: i64,
    /// Who it is.
    pub user: User,
}

/// A living session and its user: the one thing that an access token is minted from. There are two ways to one,
/// and each takes its evidence.
pub(super) struct LiveSession {
    session: Session,
    user: User,
}

impl LiveSession {
    /// A right code has opened it.
    pub(super) fn opened(_: Approved, session: Session, user: User) -> Self {
        Self { session, user }
    }

    /// A refresh token of its own has continued it.
    pub(super) fn continued(_: Genuine, session: Session, user: User) -> Self {
        Self { session, user }
    }
}

impl Auth {
    pub(super) async fn mint(&self, live: LiveSession) -> Result<Tokens, Error> {
        let LiveSession { session, user } = live;
        let now = self.clock.now();
        let keys = self.keyring.of(&self.db, now).await;
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
