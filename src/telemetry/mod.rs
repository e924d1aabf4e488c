//! The log, written to standard error, and traces, sent to a collector.

mod line;
mod stderr;
mod traces;

use tracing_subscriber::Layer;
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

use crate::config::{Log, LogFormat};
use line::escaped_fields;
use stderr::{AUDIT, Stderr};

pub use traces::{InvalidTraces, Traces, answered, carried, request};

/// The crates of this workspace that log.
const OWN_CRATES: [&str; 5] =
    ["countersign", "storage", "twilio_verify", "twilio_verify_sandbox", "argon2id_simd"];

/// Starts the log, as text or JSON. The level applies to this workspace's crates. Other crates log warnings
/// only, because some log headers and SQL statements with their values at lower levels. The audit log has its
/// own switch, so that a higher level does not turn it off by accident.
pub fn init(log: Log, traces: Option<&Traces>) {
    let audit = if log.audit { LevelFilter::INFO } else { LevelFilter::OFF };
    // Spans for traces are not part of log lines.
    let filter = Targets::new()
        .with_default(LevelFilter::WARN)
        .with_targets(OWN_CRATES.map(|name| (name, log.level)))
        .with_target(AUDIT, audit)
        .with_target("traces", LevelFilter::OFF);
    // If standard error is closed, reporting that on standard error would panic.
    let lines = tracing_subscriber::fmt::layer().with_writer(Stderr).log_internal_errors(false);
    let lines = match log.format {
        LogFormat::Text if std::io::IsTerminal::is_terminal(&std::io::stderr()) => {
            lines.with_ansi(true).with_target(false).boxed()
        }
        LogFormat::Text => lines.with_ansi(false).with_target(false).fmt_fields(escaped_fields()).boxed(),
        LogFormat::Json => lines.json().flatten_event(true).with_current_span(true).boxed(),
    };
    // A filter per layer makes every line and span slower, so it is used only with traces.
    // A second start in one process (a test, a benchmark) keeps the first log.
    let _ = match traces {
        None => tracing_subscriber::registry().with(lines).with(filter).try_init(),
        Some(traces) => {
            tracing_subscriber::registry().with(lines.with_filter(filter)).with(traces.layer()).try_init()
        }
    };
}
