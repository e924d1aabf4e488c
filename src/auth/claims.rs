//! What the two kinds of token say.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// The claims of a password-ok token.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct PasswordOkClaims {
    pub(super) iss: String,
    /// The user.
    pub(super) sub: Uuid,
    pub(super) aud: String,
    pub(super) iat: i64,
    pub(super) nbf: i64,
    pub(super) exp: i64,
    /// The challenge.
    pub(super) jti: Uuid,
    pub(super) amr: Vec<String>,
}

/// The claims of an access token.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct AccessClaims {
    pub(super) iss: String,
    /// The user.
    pub(super) sub: Uuid,
    pub(super) aud: String,
    pub(super) iat: i64,
    pub(super) nbf: i64,
    pub(super) exp: i64,
    pub(super) jti: Uuid,
    /// The session.
    pub(super) sid: Uuid,
    pub(super) amr: Vec<String>,
    pub(super) auth_time: i64,
    pub(super) client_id: String,
}

/// What is asked of a verified access token.
#[derive(Debug, Clone, Copy)]
pub(super) struct Access {
    pub(super) user_id: Uuid,
    pub(super) session_id: Uuid,
    /// The later of `nbf` and `iat`.
    pub(super) valid_from: i64,
    pub(super) exp: i64,
    /// Which of the keys has signed it.
    pub(super) key: usize,
}

/// A token whose signature and claims hold. Whether its user, challenge or session still live is another
/// question, which the database answers.
pub(super) enum Claims {
    PasswordOk(PasswordOkClaims),
    Access(Access),
}
