//! The session of a response.

use chrono::{DateTime, Utc};
use serde::Serialize;
use storage::{Id, sessions};
use utoipa::ToSchema;
use uuid::Uuid;

/// A session. It begins when the user verifies a code and ends when they log out.
#[derive(Serialize, ToSchema)]
pub struct Session {
    /// The id of the session, as in the claim `sid` of its access tokens.
    pub id: Uuid,
    /// When the session began.
    pub created_at: DateTime<Utc>,
    /// When the tokens of the session were last refreshed.
    pub last_used_at: DateTime<Utc>,
    /// When the session ends at the latest.
    pub expires_at: DateTime<Utc>,
    /// The `User-Agent` header of the client that began the session.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, max_length = 256)]
    pub user_agent: Option<String>,
    /// The IP address of the client that began the session.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, max_length = 45)]
    pub ip_address: Option<String>,
    /// Whether this is the session of the access token that was sent.
    pub current: bool,
}

impl Session {
    /// Shows the caller's own session.
    pub fn current(session: sessions::Session) -> Self {
        let id = session.id;
        Self::seen_from(session, id)
    }

    /// Shows a session to a caller whose own session has the id `own`.
    pub fn seen_from(session: sessions::Session, own: Id) -> Self {
        Self {
            id: session.id.0,
            created_at: session.created_at.0,
            last_used_at: session.last_used_at.0,
            expires_at: session.expires_at.0,
            user_agent: session.user_agent,
            ip_address: session.ip_address,
            current: session.id == own,
        }
    }
}
