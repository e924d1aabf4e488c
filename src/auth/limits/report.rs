//! Reports what the limits decided about a request.

use crate::auth::Auth;
use crate::auth::client::Client;
use crate::auth::events::event::Event;
use storage::EventKind;

impl Auth {
    /// Counts what the limits decided about a request, and tells the audit log of those that refused it. Once, when it
    /// is answered.
    pub fn tell_of_limits(&self, client: &Client) {
        for standing in client.standings.all() {
            let limit = standing.kind.as_str();
            self.metrics.throttled(limit, !standing.refused);
            if standing.refused {
                let event = Event::new(EventKind::RateLimitExceeded, None, client, self.clock.now());
                self.tell(&event.with_reason(limit));
            }
        }
    }
}
