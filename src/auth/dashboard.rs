//! The dashboard: what only a verified user sees.

use super::Auth;
use super::error::Error;
use super::proof::{FullAccess, Verified};
use crate::storage::activities::{self, Activity};
use crate::storage::sessions::Session;
use crate::storage::users::User;

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
    /// Those of the database.
    pub async fn dashboard(&self, caller: &Verified<FullAccess>) -> Result<Dashboard, Error> {
        let user_id = caller.user().id;
        let recent_activity = self
            .db
            .read(async move |mut c| activities::newest(&mut c, user_id, SHOWN_ACTIVITIES).await)
            .await?;
        Ok(Dashboard { user: caller.user().clone(), session: caller.session().clone(), recent_activity })
    }
}
