//! The dashboard: what only a verified user sees.

use storage::activities::Activity;
use storage::sessions::Session;
use storage::users::User;

use super::Auth;
use super::error::Error;
use super::proof::{FullAccess, Verified};
use super::reason::Reason;

/// The number of activities that the dashboard shows.
const SHOWN_ACTIVITIES: i64 = 10;

/// A user's dashboard.
pub struct Dashboard {
    /// The user.
    pub user: User,
    /// The session of the request.
    pub session: Session,
    /// The newest activities, newest first.
    pub recent_activity: Vec<Activity>,
}

impl Auth {
    /// Returns the dashboard of a verified user.
    ///
    /// # Errors
    /// [`Error::InvalidToken`] if the session was deleted since the token was checked.
    pub async fn dashboard(&self, caller: &Verified<FullAccess>) -> Result<Dashboard, Error> {
        let user_id = caller.user().id;
        let session_id = caller.session().id;
        let found = self.db.session_with_activities(session_id, user_id, SHOWN_ACTIVITIES).await?;
        let (session, recent_activity) = found;
        let session = session.ok_or(Error::InvalidToken(Reason::SessionEnded))?;
        Ok(Dashboard { user: caller.user().clone(), session, recent_activity })
    }
}
