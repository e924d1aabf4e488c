//! Reports what the limits decided about a request.

use storage::EventKind;

use crate::auth::Auth;
use crate::auth::client::Client;
use crate::auth::events::event::Event;

impl Auth {
    /// Counts what the limits decided about a request, and logs those that rejected it. Called once, with the
    /// response.
    pub fn report_limits(&self, client: &Client) {
        for status in client.limits.all() {
            let limit = status.kind.as_str();
            self.metrics.throttled(limit, !status.rejected);
            if status.rejected {
                let event = Event::new(EventKind::RateLimitExceeded, None, client, self.clock.now());
                self.emit(&event.with_reason(limit));
            }
        }
    }
}
