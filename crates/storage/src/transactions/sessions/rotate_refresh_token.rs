//! Moves a session to its next refresh token.

use crate::tables::sessions::{self, Session};
use crate::tables::users::User;
use crate::transactions::event_rows::EventRows;
use crate::{Db, Error, Id, Timestamp};

/// A rotation to make.
pub struct Rotation {
    /// The session.
    pub session: Id,
    /// The generation of the refresh token that was used.
    pub generation: i32,
    /// A session last used then or earlier has expired.
    pub idle_since: Timestamp,
    /// Recorded if this request rotates the token.
    pub event: EventRows,
    /// The current time.
    pub now: Timestamp,
}

/// A session after a rotation.
pub struct Rotated {
    /// Whether this request rotated the token. If not, another request did, or the session has ended.
    pub by_this_request: bool,
    /// The session, as of now.
    pub session: Session,
    /// Its user, as of now.
    pub user: User,
}

impl Db {
    /// Moves a session to the next generation, unless it has ended or another request was faster. Returns
    /// `None` if the session was deleted.
    pub async fn rotate_refresh_token(&self, rotation: Rotation) -> Result<Option<Rotated>, Error> {
        self.write(async move |mut c| -> Result<_, Error> {
            let Rotation { session: id, generation, idle_since, event, now } = rotation;
            let by_this_request = sessions::rotate(&mut c, id, generation, idle_since, now).await?;
            let Some((session, user)) = sessions::find_with_user(&mut c, id).await? else {
                return Ok(None);
            };
            if by_this_request {
                event.insert(c).await?;
            }
            Ok(Some(Rotated { by_this_request, session, user }))
        })
        .await
    }
}
