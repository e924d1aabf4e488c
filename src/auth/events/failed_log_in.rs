//! A wrong password is recorded, so that its owner sees that somebody tries.

use chrono::TimeDelta;

use super::event::Event;
use crate::auth::Auth;
use crate::auth::client::Client;
use crate::telemetry::carried;
use storage::ActivityKind;
use storage::EventKind;
use storage::users::User;
use storage::{Error as StorageError, Timestamp, activities};

/// Most failures that are recorded of a user within [`WITHIN`]: whoever goes on trying fills neither the table nor all of
/// the user's page. The audit log has them all.
const MOST: i64 = 10;
/// One hour.
const WITHIN: TimeDelta = TimeDelta::hours(1);

impl Auth {
    /// Records that a log-in failed, `None` where nobody has the email address. Of a user something is written to the
    /// database, but nobody waits for it: the answer comes as soon as the one to an unknown email address. Needs the
    /// worker's `LocalSet`.
    pub(crate) fn record_failed_log_in(&self, user: Option<&User>, client: &Client) {
        let (auth, now) = (self.clone(), self.clock.now());
        let Some(User { id: user_id, .. }) = user.cloned() else {
            return self
                .tell(&Event::new(EventKind::LoginFail, None, client, now).with_reason("unknown_email"));
        };
        let (kind, since) = (ActivityKind::LogInFailed, Timestamp(now - WITHIN));
        let event = Event::of_activity(kind, user_id, client, now);
        self.tell(&event);
        let work = async move {
            let recorded = auth.write(async move |mut c| -> Result<(), StorageError> {
                if activities::count_since(&mut c, user_id, kind, since).await? < MOST {
                    c.record_logged(&event).await?;
                }
                Ok(())
            });
            if let Err(error) = recorded.await {
                tracing::warn!(%error, "a failed log-in could not be recorded");
            }
        };
        drop(tokio::task::spawn_local(carried(work)));
    }
}
