//! Removes users who never proved their phone and whose email address, number or username another user
//! claims.

use super::event_rows::EventRows;
use crate::tables::unverified::{self, Claim};
use crate::{Conn, Db, Error, Id, Timestamp};

/// Users to delete before a claim is written.
#[derive(Clone)]
pub struct Takeover {
    /// The users, from [`Db::unverified_holders`].
    pub users: Vec<Id>,
    /// They signed up at this time or earlier.
    pub signed_up_before: Timestamp,
    /// The events of their deletion.
    pub events: Vec<EventRows>,
}

impl Takeover {
    /// Deletes the users. On PostgreSQL the transaction waits only briefly for their other requests.
    ///
    /// # Errors
    /// [`Error::Conflict`] if one of them has been deleted or has proved the phone; [`Error::Unavailable`] if
    /// another request of theirs is in progress. Both can be retried.
    pub(super) async fn run(&self, conn: &mut Conn<'_>) -> Result<(), Error> {
        if !unverified::delete(conn, &self.users, self.signed_up_before).await? {
            return Err(Error::Conflict);
        }
        EventRows::insert_all(&self.events, conn.again()).await
    }
}

impl Db {
    /// Returns the users who hold something of a claim, signed up at `before` or earlier and have not proved
    /// their phone. Activity since then does not matter.
    pub async fn unverified_holders(&self, claim: Claim, before: Timestamp) -> Result<Vec<Id>, Error> {
        self.read(async move |mut c| unverified::holders(&mut c, &claim, before).await).await
    }

    /// Whether a user who cannot be deleted for it holds something of a claim.
    pub async fn is_held(&self, claim: Claim, before: Timestamp) -> Result<bool, Error> {
        self.read(async move |mut c| unverified::is_held(&mut c, &claim, before).await).await
    }
}
