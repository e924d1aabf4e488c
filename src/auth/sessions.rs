//! A user's sessions: see them, end one.

use uuid::Uuid;

use super::Auth;
use super::client::Client;
use super::error::Error;
use super::events::event::Event;
use super::proof::{FullAccess, Verified};
use storage::sessions;
use storage::sessions::Session;
use storage::{ActivityKind, EndReason};
use storage::{Error as StorageError, Id, Timestamp};

/// Most sessions in one answer: more than anybody has devices.
const MAX_SHOWN: i64 = 100;

impl Auth {
    /// The caller's living sessions, the one that was used last first.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn list_sessions(&self, caller: &Verified<FullAccess>) -> Result<Vec<Session>, Error> {
        let (user_id, now) = (caller.user().id, self.clock.now());
        let idle_since = Timestamp(self.sessions.idle_since(now));
        let list = self.db.read(async move |mut c| {
            sessions::of_user(&mut c, user_id, idle_since, Timestamp(now), MAX_SHOWN).await
        });
        Ok(list.await?)
    }

    /// Ends one of the caller's own sessions; its tokens open nothing from then on.
    ///
    /// # Errors
    /// [`Error::NotFound`] for a session that is not the caller's, is over, or never was: not told apart.
    pub async fn end_session(
        &self,
        caller: &Verified<FullAccess>,
        id: &str,
        client: Client,
    ) -> Result<(), Error> {
        let (id, user_id) = (Id(Uuid::try_parse(id).map_err(|_| Error::NotFound)?), caller.user().id);
        let (now, reason) = (self.clock.now(), EndReason::SessionEnded);
        let ended = self
            .write(async move |mut c| -> Result<bool, StorageError> {
                let ended = sessions::end_own(&mut c, user_id, id, reason, Timestamp(now)).await?;
                if ended {
                    c.record(Event::of_activity(ActivityKind::SessionEnded, user_id, &client, now)).await?;
                }
                Ok(ended)
            })
            .await?;
        if ended { Ok(()) } else { Err(Error::NotFound) }
    }
}
