//! The claims of the two kinds of JWT.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// The claims of a password-ok token.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct PasswordOkClaims {
    pub(crate) iss: String,
    /// The user's id.
    pub(crate) sub: Uuid,
    pub(crate) aud: String,
    pub(crate) iat: i64,
    pub(crate) nbf: i64,
    pub(crate) exp: i64,
    /// The challenge's id.
    pub(crate) jti: Uuid,
    pub(crate) amr: Vec<String>,
}

/// The claims of an access token.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct AccessClaims {
    pub(crate) iss: String,
    /// The user's id.
    pub(crate) sub: Uuid,
    pub(crate) aud: String,
    pub(crate) iat: i64,
    pub(crate) nbf: i64,
    pub(crate) exp: i64,
    pub(crate) jti: Uuid,
    /// The session's id.
    pub(crate) sid: Uuid,
    pub(crate) amr: Vec<String>,
    pub(crate) auth_time: i64,
    pub(crate) client_id: String,
}

/// The part of a verified access token that requests need.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Access {
    pub(crate) user_id: Uuid,
    pub(crate) session_id: Uuid,
    /// The later of `nbf` and `iat`.
    pub(crate) valid_from: i64,
    pub(crate) exp: i64,
    /// The index of the key that signed it.
    pub(crate) key: usize,
}

/// A token with a valid signature and valid claims. Whether its user, challenge or session still exists is a
/// question for the database.
pub(crate) enum Claims {
    PasswordOk(PasswordOkClaims),
    Access(Access),
}
