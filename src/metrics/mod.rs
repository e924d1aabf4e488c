//! Metrics for Prometheus. Only this module knows their names and labels; docs/operations.md lists them. Code
//! that counts something holds a [`Metrics`] and calls the method for what happened.
//!
//! Labels contain words of the program, statuses and countries: nothing that a client sends, and no personal
//! data.

mod families;
mod requests;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use prometheus::TextEncoder;

use families::Families;

/// The media type of what [`Metrics::render`] returns.
pub const CONTENT_TYPE: &str = "text/plain; version=0.0.4; charset=utf-8";

/// All metrics. Clones share them.
#[derive(Clone)]
pub struct Metrics(Arc<Families>);

impl Metrics {
    /// Creates all metrics.
    ///
    /// # Errors
    /// If the name of a metric is invalid or taken, which a start of the program would show.
    pub fn new() -> prometheus::Result<Self> {
        Ok(Self(Arc::new(Families::new()?)))
    }

    /// Counts an answered request. `route` is the pattern, never the path.
    pub fn request(&self, method: &str, route: &str, status: &str, duration: Duration) {
        self.0.requests.count(method, route, status, duration);
    }

    /// Counts a security event. `reason` may be empty.
    pub fn event(&self, event: &'static str, reason: &'static str) {
        self.0.events.with_label_values(&[event, reason]).inc();
    }

    /// Counts a step of a log-in.
    pub fn log_in(&self, result: &'static str) {
        self.0.log_ins.with_label_values(&[result]).inc();
    }

    /// Counts a code that Twilio accepted. `country` is that of the number, or `none` for an email address.
    pub fn code_sent(&self, channel: &str, country: &str) {
        self.0.codes_sent.with_label_values(&[channel, country]).inc();
    }

    /// Counts a correct code.
    pub fn code_verified(&self, channel: &str, country: &str) {
        self.0.codes_verified.with_label_values(&[channel, country]).inc();
    }

    /// Adds a waiting password hash.
    pub fn hash_waits(&self) {
        self.0.hashing_waiting.inc();
    }

    /// Removes a waiting password hash, which has got a thread.
    pub fn hash_waited(&self, duration: Duration) {
        self.0.hashing_waiting.dec();
        self.0.hashing_wait.observe(duration.as_secs_f64());
    }

    /// Removes a waiting password hash, for which the queue had no room.
    pub fn hash_refused(&self) {
        self.0.hashing_waiting.dec();
        self.0.hashing_refused.inc();
    }

    /// Counts a decision of a limit. `limit` is its name in the configuration.
    pub fn throttled(&self, limit: &'static str, allowed: bool) {
        let decision = if allowed { "allowed" } else { "refused" };
        self.0.throttle_decisions.with_label_values(&[limit, decision]).inc();
    }

    /// Counts an attempt to deliver a webhook.
    pub fn webhook(&self, outcome: &'static str) {
        self.0.webhook_deliveries.with_label_values(&[outcome]).inc();
    }

    /// Sets the state of the PostgreSQL pool: connections in use, idle connections, and requests that wait
    /// for one.
    pub fn pool(&self, used: usize, idle: usize, waiting: usize) {
        let number = |count: usize| i64::try_from(count).unwrap_or(i64::MAX);
        self.0.pool_connections.with_label_values(&["used"]).set(number(used));
        self.0.pool_connections.with_label_values(&["idle"]).set(number(idle));
        self.0.pool_waiting.set(number(waiting));
    }

    /// Returns all metrics in the
    /// [text format 0.0.4](https://prometheus.io/docs/instrumenting/exposition_formats/#text-based-format).
    pub fn render(&self) -> String {
        // Encoding fails only for a family without series, and the registry leaves those out.
        TextEncoder::new().encode_to_string(&self.0.registry.gather()).unwrap_or_default()
    }
}

/// Shows no values: it is part of the `Debug` of its owners.
impl fmt::Debug for Metrics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Metrics")
    }
}

impl twilio_verify::Observer for Metrics {
    fn call_ended(&self, operation: twilio_verify::Operation, outcome: &'static str, duration: Duration) {
        self.0.twilio_calls.with_label_values(&[operation.as_str(), outcome]).inc();
        self.0.twilio_duration.with_label_values(&[operation.as_str()]).observe(duration.as_secs_f64());
    }

    fn circuit_changed(&self, is_open: bool) {
        self.0.twilio_circuit_open.set(is_open.into());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn series_are_rendered_as_prometheus_reads_them() {
        let metrics = Metrics::new().unwrap();
        metrics.code_sent("sms", "b\"\\\n");
        metrics.hash_waits();
        metrics.hash_waited(Duration::from_millis(1500));
        metrics.hash_waits();
        let text = metrics.render();
        for line in [
            "# HELP countersign_codes_sent_total Codes that Twilio accepted for sending.",
            "# TYPE countersign_codes_sent_total counter",
            "countersign_codes_sent_total{channel=\"sms\",country=\"b\\\"\\\\\\n\"} 1",
            "# TYPE countersign_hashing_waiting gauge",
            "countersign_hashing_waiting 1",
            "# TYPE countersign_hashing_wait_seconds histogram",
            "countersign_hashing_wait_seconds_bucket{le=\"0.0025\"} 0",
            "countersign_hashing_wait_seconds_bucket{le=\"1\"} 0",
            "countersign_hashing_wait_seconds_bucket{le=\"2.5\"} 1",
            "countersign_hashing_wait_seconds_bucket{le=\"+Inf\"} 1",
            "countersign_hashing_wait_seconds_sum 1.5",
            "countersign_hashing_wait_seconds_count 1",
            "countersign_log_ins_total{result=\"success\"} 0",
        ] {
            assert!(text.lines().any(|found| found == line), "{line}: {text}");
        }
    }
}
