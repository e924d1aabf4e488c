//! A wrong password is recorded, so that its owner sees that somebody tries.

use chrono::TimeDelta;
use tracing::Instrument;

use super::Auth;
use super::activity::ActivityKind;
use super::client::Client;
use crate::storage::users::User;
use crate::storage::{Error as StorageError, Timestamp, activities};

/// Most failures that are recorded of a user within [`WITHIN`]: whoever goes on trying fills neither the table nor all of
/// the user's page.
const MOST: i64 = 10;
/// One hour.
const WITHIN: TimeDelta = TimeDelta::hours(1);

impl Auth {
    /// Records that a password was wrong. Nobody waits for it: the answer comes as soon as the one to an unknown email
    /// address, for which nothing is written. Needs the worker's `LocalSet`.
    pub(super) fn record_failed_log_in(&self, user: &User, client: &Client) {
        let (db, user_id, now) = (self.db.clone(), user.id, self.clock.now());
        let (kind, since) = (ActivityKind::LogInFailed, Timestamp(now - WITHIN));
        let activity = kind.of(user_id, client, now);
        let work = async move {
            let recorded = db.write(async move |mut c| -> Result<(), StorageError> {
                if activities::count_since(&mut c, user_id, kind.as_str(), since).await? < MOST {
                    activities::insert(&mut c, &activity).await?;
                }
                Ok(())
            });
            if let Err(error) = recorded.await {
                tracing::warn!(%error, "a failed log-in could not be recorded");
            }
        };
        drop(tokio::task::spawn_local(work.in_current_span()));
    }
}
