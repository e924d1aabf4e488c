//! The rows of an event: they are committed together with what they report.

use futures_util::future::{join, join_all};

use crate::tables::activities::{self, Activity};
use crate::tables::webhook_outbox::{self, Message};
use crate::{ActivityKind, Conn, Db, Error, Id, Timestamp};

/// The rows of an event.
#[derive(Clone, Default)]
pub struct EventRows {
    /// What the user sees of it; `None` if it is no activity of a user.
    pub activity: Option<Activity>,
    /// The message to the webhook; `None` if no webhook receives it.
    pub message: Option<Message>,
}

impl EventRows {
    /// Inserts the rows. Both statements are sent at once, so this may be awaited beside COMMIT.
    pub(crate) async fn insert(&self, conn: Conn<'_>) -> Result<(), Error> {
        let activity = async {
            match &self.activity {
                Some(activity) => activities::insert(&mut conn.again(), activity).await,
                None => Ok(()),
            }
        };
        let message = async {
            match &self.message {
                Some(message) => webhook_outbox::insert(&mut conn.again(), message).await,
                None => Ok(()),
            }
        };
        let (activity, message) = join(activity, message).await;
        activity.and(message)
    }

    /// Inserts the rows of several events at once, in their order.
    pub(crate) async fn insert_all(events: &[Self], conn: Conn<'_>) -> Result<(), Error> {
        join_all(events.iter().map(|event| event.insert(conn.again()))).await.into_iter().collect()
    }
}

impl Db {
    /// Records an event with which nothing else is written.
    ///
    /// # Errors
    /// [`Error::NotFound`] if the user was deleted.
    pub async fn record_event(&self, event: EventRows) -> Result<(), Error> {
        self.write(async move |c| event.insert(c).await).await
    }

    /// Records an activity, unless its user has `limit` of this kind since `since` already.
    ///
    /// # Errors
    /// [`Error::NotFound`] if the user was deleted.
    pub async fn record_activity_up_to(
        &self,
        limit: i64,
        since: Timestamp,
        (user_id, kind): (Id, ActivityKind),
        event: EventRows,
    ) -> Result<(), Error> {
        self.write(async move |mut c| -> Result<(), Error> {
            if activities::count_since(&mut c, user_id, kind, since).await? < limit {
                event.insert(c).await?;
            }
            Ok(())
        })
        .await
    }
}
