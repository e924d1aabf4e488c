//! Figures for Prometheus. A leaf: whoever has something to count has a [`Metrics`], and names what happened; here alone
//! stand the metrics' names and labels. docs/operations.md lists them.
//!
//! Labels hold words of the program, statuses and countries: nothing that a client sends, and nothing of a person.
//!
//! A registry of its own, of two hundred lines, because what is needed of one is atomics and the text format 0.0.4, which
//! every collector reads; `prometheus-client` writes OpenMetrics alone.

mod family;
mod text;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use family::{Counter, Family, Gauge, Histogram};
use text::Text;

pub use text::CONTENT_TYPE;

/// The methods that are told apart: those that some operation has, and their companions.
const METHODS: [&str; 7] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];

/// What a step of a log-in may come to.
const LOG_INS: [&str; 6] =
    ["code_sent", "wrong_password", "unknown_email", "success", "incorrect_code", "too_many_attempts"];
/// What an attempt to deliver a webhook may come to.
const DELIVERIES: [&str; 3] = ["delivered", "failed", "given_up"];

/// What is counted. Clones count together.
#[derive(Clone)]
pub struct Metrics(Arc<Families>);

struct Families {
    http_requests: Family<Counter, 3>,
    http_duration: Family<Histogram, 2>,
    events: Family<Counter, 2>,
    log_ins: Family<Counter, 1>,
    codes_sent: Family<Counter, 2>,
    codes_verified: Family<Counter, 2>,
    hashing_waiting: Family<Gauge, 0>,
    hashing_wait: Family<Histogram, 0>,
    hashing_refused: Family<Counter, 0>,
    twilio_calls: Family<Counter, 2>,
    twilio_duration: Family<Histogram, 1>,
    twilio_circuit_open: Family<Gauge, 0>,
    throttle_decisions: Family<Counter, 2>,
    webhook_deliveries: Family<Counter, 1>,
    pool_connections: Family<Gauge, 1>,
    pool_waiting: Family<Gauge, 0>,
    build_info: Family<Gauge, 1>,
}

impl Default for Metrics {
    fn default() -> Self {
        let families = Families {
            http_requests: Family::new(
                "countersign_http_requests_total",
                "Requests that were answered.",
                ["method", "route", "status"],
            ),
            http_duration: Family::new(
                "countersign_http_request_duration_seconds",
                "Time from a request's head to its answer.",
                ["method", "route"],
            ),
            events: Family::new(
                "countersign_security_events_total",
                "Security events, as in the audit log.",
                ["event", "reason"],
            ),
            log_ins: Family::new(
                "countersign_log_ins_total",
                "Steps of log-ins by what came of them.",
                ["result"],
            ),
            codes_sent: Family::new(
                "countersign_codes_sent_total",
                "Codes that Twilio took on to send.",
                ["channel", "country"],
            ),
            codes_verified: Family::new(
                "countersign_codes_verified_total",
                "Codes that were right.",
                ["channel", "country"],
            ),
            hashing_waiting: Family::new(
                "countersign_hashing_waiting",
                "Password hashes that wait for a thread.",
                [],
            ),
            hashing_wait: Family::new(
                "countersign_hashing_wait_seconds",
                "Time that password hashes waited for a thread.",
                [],
            ),
            hashing_refused: Family::new(
                "countersign_hashing_refused_total",
                "Password hashes that found the queue full.",
                [],
            ),
            twilio_calls: Family::new(
                "countersign_twilio_calls_total",
                "Calls of Twilio Verify and Lookup.",
                ["operation", "outcome"],
            ),
            twilio_duration: Family::new(
                "countersign_twilio_call_duration_seconds",
                "Time that calls of Twilio took, repetitions included.",
                ["operation"],
            ),
            twilio_circuit_open: Family::new(
                "countersign_twilio_circuit_open",
                "1 while Twilio Verify is not asked because it fails, 0 otherwise.",
                [],
            ),
            throttle_decisions: Family::new(
                "countersign_throttle_decisions_total",
                "Decisions of the limits.",
                ["limit", "decision"],
            ),
            webhook_deliveries: Family::new(
                "countersign_webhook_deliveries_total",
                "Attempts to deliver a webhook.",
                ["outcome"],
            ),
            pool_connections: Family::new(
                "countersign_database_pool_connections",
                "Connections of PostgreSQL's pool, which serves transactions.",
                ["state"],
            ),
            pool_waiting: Family::new(
                "countersign_database_pool_waiting",
                "Requests that wait for a connection of the pool.",
                [],
            ),
            build_info: Family::new("countersign_build_info", "1; the label tells the version.", ["version"]),
        };
        families.build_info.with([env!("CARGO_PKG_VERSION")], |gauge| gauge.set(1));
        // What has not happened yet is 0, and can be reckoned with, where there are few labels or none.
        for result in LOG_INS {
            families.log_ins.with([result], |_| ());
        }
        for outcome in DELIVERIES {
            families.webhook_deliveries.with([outcome], |_| ());
        }
        families.hashing_waiting.with([], |_| ());
        families.hashing_wait.with([], |_| ());
        families.hashing_refused.with([], |_| ());
        families.twilio_circuit_open.with([], |_| ());
        Self(Arc::new(families))
    }
}

impl Metrics {
    /// A request was answered. `route`: the pattern, never the path.
    pub fn request(&self, method: &str, route: &str, status: &str, took: Duration) {
        let method = METHODS.into_iter().find(|known| *known == method).unwrap_or("other");
        self.0.http_requests.with([method, route, status], Counter::increase);
        self.0.http_duration.with([method, route], |time| time.observe(took));
    }

    /// A security event, by its name and reason; the latter may be empty.
    pub fn event(&self, event: &'static str, reason: &'static str) {
        self.0.events.with([event, reason], Counter::increase);
    }

    /// A step of a log-in.
    pub fn log_in(&self, result: &'static str) {
        self.0.log_ins.with([result], Counter::increase);
    }

    /// Twilio took on to send a code. `country`: of the number, `none` for an email address.
    pub fn code_sent(&self, channel: &str, country: &str) {
        self.0.codes_sent.with([channel, country], Counter::increase);
    }

    /// A code was right.
    pub fn code_verified(&self, channel: &str, country: &str) {
        self.0.codes_verified.with([channel, country], Counter::increase);
    }

    /// A password hash waits.
    pub fn hash_waits(&self) {
        self.0.hashing_waiting.with([], |gauge| gauge.add(1));
    }

    /// A password hash has waited, and waits no more.
    pub fn hash_waited(&self, waited: Duration) {
        self.0.hashing_waiting.with([], |gauge| gauge.add(-1));
        self.0.hashing_wait.with([], |time| time.observe(waited));
    }

    /// A password hash that was to wait found the queue full.
    pub fn hash_refused(&self) {
        self.0.hashing_waiting.with([], |gauge| gauge.add(-1));
        self.0.hashing_refused.with([], Counter::increase);
    }

    /// A limit was asked, and allowed it or not. `limit`: its name in the configuration.
    pub fn throttled(&self, limit: &'static str, allowed: bool) {
        let decision = if allowed { "allowed" } else { "refused" };
        self.0.throttle_decisions.with([limit, decision], Counter::increase);
    }

    /// A webhook was delivered, or not, or is given up.
    pub fn webhook(&self, outcome: &'static str) {
        self.0.webhook_deliveries.with([outcome], Counter::increase);
    }

    /// What PostgreSQL's pool is at: connections that somebody uses, connections that wait for somebody, and requests that
    /// wait for a connection.
    pub fn pool(&self, used: usize, idle: usize, waiting: usize) {
        let number = |count: usize| i64::try_from(count).unwrap_or(i64::MAX);
        self.0.pool_connections.with(["used"], |gauge| gauge.set(number(used)));
        self.0.pool_connections.with(["idle"], |gauge| gauge.set(number(idle)));
        self.0.pool_waiting.with([], |gauge| gauge.set(number(waiting)));
    }

    /// Everything, as Prometheus reads it.
    pub fn render(&self) -> String {
        let families = &self.0;
        let mut text = Text::default();
        text.gauge(&families.build_info);
        text.counter(&families.http_requests);
        text.histogram(&families.http_duration);
        text.counter(&families.events);
        text.counter(&families.log_ins);
        text.counter(&families.codes_sent);
        text.counter(&families.codes_verified);
        text.gauge(&families.hashing_waiting);
        text.histogram(&families.hashing_wait);
        text.counter(&families.hashing_refused);
        text.counter(&families.twilio_calls);
        text.histogram(&families.twilio_duration);
        text.gauge(&families.twilio_circuit_open);
        text.counter(&families.throttle_decisions);
        text.counter(&families.webhook_deliveries);
        text.gauge(&families.pool_connections);
        text.gauge(&families.pool_waiting);
        text.0
    }
}

/// Shows none of the figures: it stands in the `Debug` of what holds it.
impl fmt::Debug for Metrics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Metrics")
    }
}

impl twilio_verify::Observer for Metrics {
    fn call_ended(&self, operation: twilio_verify::Operation, outcome: &'static str, duration: Duration) {
        self.0.twilio_calls.with([operation.as_str(), outcome], Counter::increase);
        self.0.twilio_duration.with([operation.as_str()], |time| time.observe(duration));
    }

    fn circuit_changed(&self, is_open: bool) {
        self.0.twilio_circuit_open.with([], |gauge| gauge.set(is_open.into()));
    }
}
