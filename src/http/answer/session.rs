//! A session, as its user sees it.

use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use storage::Id;
use storage::sessions;

/// A session: from verify to log out.
#[derive(Serialize, ToSchema)]
pub struct Session {
    /// The same as `sid` of the access token.
    pub id: Uuid,
    /// When the code was right.
    pub created_at: DateTime<Utc>,
    /// When tokens were last made for it.
    pub last_used_at: DateTime<Utc>,
    /// When it ends, whatever is done.
    pub expires_at: DateTime<Utc>,
    /// What the client said that it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, max_length = 256)]
    pub user_agent: Option<String>,
    /// Where the client came from.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, max_length = 45)]
    pub ip_address: Option<String>,
    /// Whether it is the session that asks.
    pub current: bool,
}

impl Session {
    /// The session that asks.
    pub fn own(session: sessions::Session) -> Self {
        let id = session.id;
        Self::seen_from(session, id)
    }

    /// A session, as the session `asking` sees it.
    pub fn seen_from(session: sessions::Session, asking: Id) -> Self {
        Self {
            id: session.id.0,
            created_at: session.created_at.0,
            last_used_at: session.last_used_at.0,
            expires_at: session.expires_at.0,
            user_agent: session.user_agent,
            ip_address: session.ip_address,
            current: session.id == asking,
        }
    }
}
