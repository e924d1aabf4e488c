//! What the two kinds of token say.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// The claims of a password-ok token.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct PasswordOkClaims {
    pub(crate) iss: String,
    /// The user.
    pub(crate) sub: Uuid,
    pub(crate) aud: String,
    pub(crate) iat: i64,
    pub(crate) nbf: i64,
    pub(crate) exp: i64,
    /// The challenge.
    pub(crate) jti: Uuid,
    pub(crate) amr: Vec<String>,
}

/// The claims of an access token.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct AccessClaims {
    pub(crate) iss: String,
    /// The user.
    pub(crate) sub: Uuid,
    pub(crate) aud: String,
    pub(crate) iat: i64,
    pub(crate) nbf: i64,
    pub(crate) exp: i64,
    pub(crate) jti: Uuid,
    /// The session.
    pub(crate) sid: Uuid,
    pub(crate) amr: Vec<String>,
    pub(crate) auth_time: i64,
    pub(crate) client_id: String,
}

/// What is asked of a verified access token.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Access {
    pub(crate) user_id: Uuid,
    pub(crate) session_id: Uuid,
    /// The later of `nbf` and `iat`.
    pub(crate) valid_from: i64,
    pub(crate) exp: i64,
    /// Which of the keys has signed it.
    pub(crate) key: usize,
}

/// A token whose signature and claims hold. Whether its user, challenge or session still live is another
/// question, which the database answers.
pub(crate) enum Claims {
    PasswordOk(PasswordOkClaims),
    Access(Access),
}
