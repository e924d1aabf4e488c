//! The dashboard: what only a verified user sees.

use futures_util::future::try_join;

use super::Auth;
use super::error::Error;
use super::proof::{FullAccess, Verified};
use super::reason::Reason;
use storage::activities;
use storage::activities::Activity;
use storage::sessions;
use storage::sessions::Session;
use storage::users::User;

/// Activities that the dashboard shows.
const SHOWN_ACTIVITIES: i64 = 10;

/// A user's own page.
pub struct Dashboard {
    /// Who it is.
    pub user: User,
    /// The session that asks.
    pub session: Session,
    /// The newest activities, newest first.
    pub recent_activity: Vec<Activity>,
}

impl Auth {
    /// The dashboard of a verified user.
    ///
    /// # Errors
    /// Those of the database; [`Error::InvalidToken`] where the session has been deleted since it was looked at.
    pub async fn dashboard(&self, caller: &Verified<FullAccess>) -> Result<Dashboard, Error> {
        let (user_id, session_id) = (caller.user().id, caller.session().id);
        let (session, recent_activity) = self
            .db
            .read(async move |c| {
                try_join(
                    sessions::find(&mut c.again(), session_id),
                    activities::newest(&mut c.again(), user_id, SHOWN_ACTIVITIES),
                )
                .await
            })
            .await?;
        let session = session.ok_or(Error::InvalidToken(Reason::SessionEnded))?;
        Ok(Dashboard { user: caller.user().clone(), session, recent_activity })
    }
}
