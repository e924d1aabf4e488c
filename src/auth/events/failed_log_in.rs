//! A wrong password is recorded, so that the user sees attempts to log in.

use chrono::TimeDelta;
use storage::users::User;
use storage::{ActivityKind, EventKind, Timestamp};

use super::event::Event;
use crate::auth::Auth;
use crate::auth::client::Client;
use crate::telemetry::carried;

/// The most failures of a user that are recorded within [`WITHIN`], so that an attacker fills neither the
/// table nor the user's list of activities. The audit log has all of them.
const MAX_RECORDED: i64 = 10;
/// One hour.
const WITHIN: TimeDelta = TimeDelta::hours(1);

impl Auth {
    /// Records that a log-in failed; `None` if the email address is unknown. The row of a known user is
    /// written in the background, so that the response takes as long as for an unknown address. Needs the
    /// worker's `LocalSet`.
    pub(crate) fn record_failed_log_in(&self, user: Option<&User>, client: &Client) {
        let auth = self.clone();
        let now = self.clock.now();
        let Some(user_id) = user.map(|user| user.id) else {
            let event = Event::new(EventKind::LoginFail, None, client, now);
            return self.emit(&event.with_reason("unknown_email"));
        };
        let kind = ActivityKind::LogInFailed;
        let since = Timestamp(now - WITHIN);
        let event = Event::of_activity(kind, user_id, client, now);
        self.emit(&event);
        let work = async move {
            let rows = auth.rows(&event);
            let recorded = auth.db.record_activity_up_to(MAX_RECORDED, since, (user_id, kind), rows);
            if let Err(error) = recorded.await {
                tracing::warn!(%error, "a failed log-in could not be recorded");
            }
        };
        drop(tokio::task::spawn_local(carried(work)));
    }
}
