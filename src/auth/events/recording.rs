//! Records events: their rows are committed together with what they report, and they are logged after the
//! commit.

use storage::EventRows;

use super::event::Event;
use crate::auth::Auth;

impl Auth {
    /// Returns the rows of an event, for the transaction that commits them. Call [`Auth::emit`] after the
    /// commit.
    pub(crate) fn rows(&self, event: &Event) -> EventRows {
        let message = event.message().filter(|_| self.webhooks.contains(&event.kind()));
        EventRows { activity: event.activity(), message }
    }

    /// Counts an event and writes it to the audit log.
    pub(crate) fn emit(&self, event: &Event) {
        event.log();
        self.metrics.event(event.kind().as_str(), event.reason().unwrap_or_default());
        if let Some(result) = event.log_in_result() {
            self.metrics.log_in(result);
        }
    }

    /// Records an event with which nothing else is written. It is logged even if the database fails.
    pub(crate) async fn emit_standalone(&self, event: Event) {
        self.emit(&event);
        let rows = self.rows(&event);
        if rows.message.is_none() {
            return;
        }
        if let Err(error) = self.db.record_event(rows).await {
            tracing::warn!(%error, "an event could not be recorded");
        }
    }
}
