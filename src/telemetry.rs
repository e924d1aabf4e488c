//! The log: to standard error, text for people or JSON for machines.

use tracing_subscriber::EnvFilter;
use tracing_subscriber::filter::LevelFilter;

use crate::config::{Log, LogFormat};

/// Starts the log. The level counts for this program's own lines; of the libraries below it only warnings
/// are kept, because some of them write headers and statements with their values at lower levels.
pub fn init(log: Log) {
    let own = format!("countersign={}", log.level);
    let filter = EnvFilter::default().add_directive(LevelFilter::WARN.into());
    let filter = match own.parse() {
        Ok(directive) => filter.add_directive(directive),
        Err(_) => filter,
    };
    // Where nobody reads the log any more, there is nobody to tell: to complain on standard error would panic.
    let builder = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .log_internal_errors(false);
    // A second start in one process (a test, a benchmark) keeps the first log.
    let _ = match log.format {
        LogFormat::Text => {
            let ansi = std::io::IsTerminal::is_terminal(&std::io::stderr());
            builder.with_ansi(ansi).with_target(false).try_init()
        }
        LogFormat::Json => builder.json().flatten_event(true).with_current_span(true).try_init(),
    };
}
