//! Ends sessions.

use crate::tables::sessions;
use crate::transactions::event_rows::EventRows;
use crate::{Db, EndReason, Error, Id, Timestamp};

/// Which sessions of a user end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum SessionScope {
    /// The caller's own.
    #[default]
    Current,
    /// All but the caller's own.
    Others,
    /// All.
    All,
}

/// A session that ends, and its event.
pub struct SessionEnd {
    /// The session.
    pub session: Id,
    /// Its user.
    pub user_id: Id,
    /// Why it ends.
    pub reason: EndReason,
    /// Recorded if the session had not been ended before.
    pub event: EventRows,
    /// The current time.
    pub now: Timestamp,
}

impl Db {
    /// Ends sessions of a user. `end.session` is the caller's own. Returns whether the event was recorded: of
    /// parallel requests that end the same session, one records it.
    pub async fn end_sessions(&self, end: SessionEnd, scope: SessionScope) -> Result<bool, Error> {
        self.write(async move |mut c| -> Result<bool, Error> {
            let SessionEnd { session, user_id, reason, event, now } = end;
            sessions::lock_open(&mut c, user_id).await?;
            let is_first =
                scope == SessionScope::Others || sessions::end(&mut c, session, reason, now).await?;
            if scope != SessionScope::Current {
                sessions::end_others(&mut c, user_id, session, reason, now).await?;
            }
            if is_first {
                event.insert(c).await?;
            }
            Ok(is_first)
        })
        .await
    }

    /// Ends one session of a user. Returns whether it did: `false` if it is another user's, or was ended
    /// before.
    pub async fn end_session(&self, end: SessionEnd) -> Result<bool, Error> {
        self.write(async move |mut c| -> Result<bool, Error> {
            let SessionEnd { session, user_id, reason, event, now } = end;
            let ended = sessions::end_own(&mut c, user_id, session, reason, now).await?;
            if ended {
                event.insert(c).await?;
            }
            Ok(ended)
        })
        .await
    }
}
