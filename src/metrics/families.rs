//! The metrics' names, help texts and labels.

use prometheus::core::Collector;
use prometheus::{
    Histogram, HistogramOpts, HistogramVec, IntCounter, IntCounterVec, IntGauge, IntGaugeVec, Opts, Registry,
    Result,
};

use super::requests::Requests;

/// Upper bounds of the histograms' buckets, in seconds.
const BUCKETS: [f64; 13] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0];
/// The results of a step of a log-in.
const LOG_IN_RESULTS: [&str; 6] =
    ["code_sent", "wrong_password", "unknown_email", "success", "incorrect_code", "too_many_attempts"];
/// The outcomes of an attempt to deliver a webhook.
const DELIVERY_OUTCOMES: [&str; 3] = ["delivered", "failed", "given_up"];
/// The states of a connection of the pool.
const CONNECTION_STATES: [&str; 2] = ["used", "idle"];

pub(super) struct Families {
    pub(super) registry: Registry,
    pub(super) requests: Requests,
    pub(super) events: IntCounterVec,
    pub(super) log_ins: IntCounterVec,
    pub(super) codes_sent: IntCounterVec,
    pub(super) codes_verified: IntCounterVec,
    pub(super) hashing_waiting: IntGauge,
    pub(super) hashing_wait: Histogram,
    pub(super) hashing_refused: IntCounter,
    pub(super) twilio_calls: IntCounterVec,
    pub(super) twilio_duration: HistogramVec,
    pub(super) twilio_circuit_open: IntGauge,
    pub(super) throttle_decisions: IntCounterVec,
    pub(super) webhook_deliveries: IntCounterVec,
    pub(super) pool_connections: IntGaugeVec,
    pub(super) pool_waiting: IntGauge,
}

impl Families {
    pub(super) fn new() -> Result<Self> {
        let new = Registrar(Registry::new());
        let families = Self {
            requests: Requests::new(
                new.counters(
                    "countersign_http_requests_total",
                    "Answered requests.",
                    &["method", "route", "status"],
                )?,
                new.histograms(
                    "countersign_http_request_duration_seconds",
                    "Time from a request's head to its response.",
                    &["method", "route"],
                )?,
            ),
            events: new.counters(
                "countersign_security_events_total",
                "Security events, as in the audit log.",
                &["event", "reason"],
            )?,
            log_ins: new.counters(
                "countersign_log_ins_total",
                "Steps of log-ins, by their result.",
                &["result"],
            )?,
            codes_sent: new.counters(
                "countersign_codes_sent_total",
                "Codes that Twilio accepted for sending.",
                &["channel", "country"],
            )?,
            codes_verified: new.counters(
                "countersign_codes_verified_total",
                "Correct codes.",
                &["channel", "country"],
            )?,
            hashing_waiting: new
                .gauge("countersign_hashing_waiting", "Password hashes that wait for a thread.")?,
            hashing_wait: new.histogram(
                "countersign_hashing_wait_seconds",
                "Time that password hashes waited for a thread.",
            )?,
            hashing_refused: new.counter(
                "countersign_hashing_refused_total",
                "Password hashes rejected because the queue was full.",
            )?,
            twilio_calls: new.counters(
                "countersign_twilio_calls_total",
                "Calls to Twilio Verify and Lookup.",
                &["operation", "outcome"],
            )?,
            twilio_duration: new.histograms(
                "countersign_twilio_call_duration_seconds",
                "Duration of calls to Twilio, retries included.",
                &["operation"],
            )?,
            twilio_circuit_open: new.gauge(
                "countersign_twilio_circuit_open",
                "1 while the circuit breaker of Twilio Verify is open, 0 otherwise.",
            )?,
            throttle_decisions: new.counters(
                "countersign_throttle_decisions_total",
                "Decisions of the limits.",
                &["limit", "decision"],
            )?,
            webhook_deliveries: new.counters(
                "countersign_webhook_deliveries_total",
                "Attempts to deliver a webhook.",
                &["outcome"],
            )?,
            pool_connections: new.gauges(
                "countersign_database_pool_connections",
                "Connections of the PostgreSQL pool, which runs transactions.",
                &["state"],
            )?,
            pool_waiting: new.gauge(
                "countersign_database_pool_waiting",
                "Requests that wait for a connection of the pool.",
            )?,
            registry: new.0.clone(),
        };
        new.gauges("countersign_build_info", "Always 1; the label is the version.", &["version"])?
            .with_label_values(&[env!("CARGO_PKG_VERSION")])
            .set(1);
        families.begin_at_zero();
        Ok(families)
    }

    /// Creates the series of metrics with few label values. Prometheus' `increase` does not see the first
    /// event of a series that begins with it.
    fn begin_at_zero(&self) {
        for result in LOG_IN_RESULTS {
            self.log_ins.with_label_values(&[result]);
        }
        for outcome in DELIVERY_OUTCOMES {
            self.webhook_deliveries.with_label_values(&[outcome]);
        }
        for state in CONNECTION_STATES {
            self.pool_connections.with_label_values(&[state]);
        }
    }
}

/// Creates metrics and adds them to a registry.
struct Registrar(Registry);

impl Registrar {
    fn counter(&self, name: &str, help: &str) -> Result<IntCounter> {
        self.add(IntCounter::new(name, help)?)
    }

    fn counters(&self, name: &str, help: &str, labels: &[&str]) -> Result<IntCounterVec> {
        self.add(IntCounterVec::new(Opts::new(name, help), labels)?)
    }

    fn gauge(&self, name: &str, help: &str) -> Result<IntGauge> {
        self.add(IntGauge::new(name, help)?)
    }

    fn gauges(&self, name: &str, help: &str, labels: &[&str]) -> Result<IntGaugeVec> {
        self.add(IntGaugeVec::new(Opts::new(name, help), labels)?)
    }

    fn histogram(&self, name: &str, help: &str) -> Result<Histogram> {
        self.add(Histogram::with_opts(HistogramOpts::new(name, help).buckets(BUCKETS.to_vec()))?)
    }

    fn histograms(&self, name: &str, help: &str, labels: &[&str]) -> Result<HistogramVec> {
        self.add(HistogramVec::new(HistogramOpts::new(name, help).buckets(BUCKETS.to_vec()), labels)?)
    }

    fn add<C: Collector + Clone + 'static>(&self, collector: C) -> Result<C> {
        self.0.register(Box::new(collector.clone()))?;
        Ok(collector)
    }
}
