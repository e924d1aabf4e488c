//! What the program tells of itself while it runs: the log, to standard error, and traces, to a collector.

mod line;
mod stderr;
mod traces;

use tracing_subscriber::Layer;
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

use crate::config::{Log, LogFormat};
use line::escaped_fields;
use stderr::Stderr;

pub use traces::{InvalidTraces, Traces, answered, carried, request};

/// The target of the audit log's lines.
const AUDIT: &str = "audit";

/// The crates of this workspace that log.
const OWN_CRATES: [&str; 5] =
    ["countersign", "storage", "twilio_verify", "twilio_verify_sandbox", "argon2id_simd"];

/// Starts the log: text for people or JSON for machines. The level counts for this program's own lines; of the libraries
/// below it only warnings are kept, because some of them write headers and statements with their values at lower levels.
/// The audit log has a switch of its own: who wants fewer lines does not lose it unawares.
pub fn init(log: Log, traces: Option<&Traces>) {
    let audit = if log.audit { LevelFilter::INFO } else { LevelFilter::OFF };
    // Spans that are meant for traces stand in no line.
    let filter = Targets::new()
        .with_default(LevelFilter::WARN)
        .with_targets(OWN_CRATES.map(|name| (name, log.level)))
        .with_target(AUDIT, audit)
        .with_target("traces", LevelFilter::OFF);
    // Where nobody reads the log any more, there is nobody to tell: to complain on standard error would panic.
    let lines = tracing_subscriber::fmt::layer().with_writer(Stderr).log_internal_errors(false);
    let lines = match log.format {
        // In colours, for people.
        LogFormat::Text if std::io::IsTerminal::is_terminal(&std::io::stderr()) => {
            lines.with_ansi(true).with_target(false).boxed()
        }
        LogFormat::Text => lines.with_ansi(false).with_target(false).fmt_fields(escaped_fields()).boxed(),
        LogFormat::Json => lines.json().flatten_event(true).with_current_span(true).boxed(),
    };
    // A filter of each layer's own costs every line and every span; the lines alone need none.
    // A second start in one process (a test, a benchmark) keeps the first log.
    let _ = match traces {
        None => tracing_subscriber::registry().with(lines).with(filter).try_init(),
        Some(traces) => {
            tracing_subscriber::registry().with(lines.with_filter(filter)).with(traces.layer()).try_init()
        }
    };
}
