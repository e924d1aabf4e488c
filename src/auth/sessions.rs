//! A user's sessions: list them, end one.

use storage::sessions::Session;
use storage::{ActivityKind, EndReason, Id, SessionEnd, Timestamp};
use uuid::Uuid;

use super::Auth;
use super::client::Client;
use super::error::Error;
use super::events::event::Event;
use super::proof::{FullAccess, Verified};

/// The most sessions in one response.
const MAX_SHOWN: i64 = 100;

impl Auth {
    /// Returns the caller's live sessions, the most recently used first.
    pub async fn list_sessions(&self, caller: &Verified<FullAccess>) -> Result<Vec<Session>, Error> {
        let now = self.clock.now();
        let idle_since = Timestamp(self.sessions.idle_since(now));
        Ok(self.db.live_sessions(caller.user().id, idle_since, Timestamp(now), MAX_SHOWN).await?)
    }

    /// Ends one of the caller's sessions. Its tokens are revoked at once.
    ///
    /// # Errors
    /// [`Error::NotFound`] if the session is another user's, has ended, or never existed.
    pub async fn end_session(
        &self,
        caller: &Verified<FullAccess>,
        id: &str,
        client: Client,
    ) -> Result<(), Error> {
        let session = Id(Uuid::try_parse(id).map_err(|_| Error::NotFound)?);
        let user_id = caller.user().id;
        let now = self.clock.now();
        let event = Event::of_activity(ActivityKind::SessionEnded, user_id, &client, now);
        let end = SessionEnd {
            session,
            user_id,
            reason: EndReason::SessionEnded,
            event: self.rows(&event),
            now: Timestamp(now),
        };
        if !self.db.end_session(end).await? {
            return Err(Error::NotFound);
        }
        self.emit(&event);
        Ok(())
    }
}
