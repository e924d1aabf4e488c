//! A line of the log as text: what tracing-subscriber makes of it without colours, in two thirds of the time; and nothing that
//! a value holds begins a line of its own or moves a terminal's cursor.

use std::fmt::{self, Debug, Write};

use tracing::field::{Field, Visit};
use tracing::{Event, Level, Subscriber};
use tracing_subscriber::field::RecordFields;
use tracing_subscriber::fmt::format::Writer;
use tracing_subscriber::fmt::time::{FormatTime, SystemTime};
use tracing_subscriber::fmt::{FmtContext, FormatEvent, FormatFields, FormattedFields};
use tracing_subscriber::registry::LookupSpan;

/// Time, level, the spans around it, what happened.
pub(super) struct Line;

impl<S, N> FormatEvent<S, N> for Line
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
{
    fn format_event(
        &self,
        context: &FmtContext<'_, S, N>,
        mut line: Writer<'_>,
        event: &Event<'_>,
    ) -> fmt::Result {
        SystemTime.format_time(&mut line)?;
        line.write_str(match *event.metadata().level() {
            Level::TRACE => " TRACE ",
            Level::DEBUG => " DEBUG ",
            Level::INFO => "  INFO ",
            Level::WARN => "  WARN ",
            Level::ERROR => " ERROR ",
        })?;
        if let Some(scope) = context.event_scope() {
            for span in scope.from_root() {
                line.write_str(span.name())?;
                let extensions = span.extensions();
                let fields = extensions.get::<FormattedFields<N>>().map_or("", |fields| fields.as_str());
                for part in if fields.is_empty() { ["", "", ":"] } else { ["{", fields, "}:"] } {
                    line.write_str(part)?;
                }
            }
            line.write_char(' ')?;
        }
        context.format_fields(line.by_ref(), event)?;
        line.write_char('\n')
    }
}

/// The fields of a line or a span: the message as it is, of the others name and value.
pub(super) struct Fields;

impl<'w> FormatFields<'w> for Fields {
    fn format_fields<R: RecordFields>(&self, line: Writer<'w>, fields: R) -> fmt::Result {
        let mut written = Written { line, is_first: true, outcome: Ok(()) };
        fields.record(&mut written);
        written.outcome
    }
}

struct Written<'w> {
    line: Writer<'w>,
    is_first: bool,
    outcome: fmt::Result,
}

impl Written<'_> {
    fn field(&mut self, field: &Field, value: impl FnOnce(&mut Escaped<'_, '_>) -> fmt::Result) {
        // What the bridge from the crate log adds.
        if field.name().starts_with("log.") || self.outcome.is_err() {
            return;
        }
        let before = if std::mem::take(&mut self.is_first) { "" } else { " " };
        let (name, is) = match field.name() {
            "message" => ("", ""),
            name => (name.strip_prefix("r#").unwrap_or(name), "="),
        };
        self.outcome = [before, name, is]
            .into_iter()
            .try_for_each(|part| self.line.write_str(part))
            .and_then(|()| value(&mut Escaped(&mut self.line)));
    }
}

impl Visit for Written<'_> {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.field(field, |line| write!(line, "{value:?}"));
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        match field.name() {
            "message" => self.field(field, |line| line.write_str(value)),
            _ => self.record_debug(field, &value),
        }
    }
}

/// Writes control characters as Rust does in a literal.
struct Escaped<'a, 'w>(&'a mut Writer<'w>);

impl Write for Escaped<'_, '_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        // Those above U+0080 begin with this byte, as many others do.
        if !text.bytes().any(|byte| byte.is_ascii_control() || byte == 0xc2) {
            return self.0.write_str(text);
        }
        text.chars().try_for_each(|character| match character.is_control() {
            true => write!(self.0, "{}", character.escape_default()),
            false => self.0.write_char(character),
        })
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use tracing_subscriber::fmt::{MakeWriter, layer};
    use tracing_subscriber::layer::SubscriberExt;

    use super::*;

    /// Where lines are kept, those of either format.
    #[derive(Clone, Default)]
    struct Kept(Arc<Mutex<Vec<u8>>>);

    impl std::io::Write for Kept {
        fn write(&mut self, line: &[u8]) -> std::io::Result<usize> {
            self.0.lock().unwrap().write(line)
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    impl<'a> MakeWriter<'a> for Kept {
        type Writer = Self;

        fn make_writer(&'a self) -> Self {
            self.clone()
        }
    }

    impl Kept {
        /// Without the time, which a line begins with.
        fn lines(&self) -> Vec<String> {
            let text = String::from_utf8(self.0.lock().unwrap().clone()).unwrap();
            text.lines().map(|line| line.split_once(' ').unwrap().1.to_owned()).collect()
        }
    }

    /// What is logged, as it stands here and as the library writes it.
    fn both(log: impl Fn()) -> (Vec<String>, Vec<String>) {
        let (ours, theirs) = (Kept::default(), Kept::default());
        let here = layer().with_ansi(false).fmt_fields(Fields).event_format(Line).with_writer(ours.clone());
        let there = layer().with_ansi(false).with_target(false).with_writer(theirs.clone());
        tracing::subscriber::with_default(tracing_subscriber::registry().with(here), &log);
        tracing::subscriber::with_default(tracing_subscriber::registry().with(there), &log);
        (ours.lines(), theirs.lines())
    }

    #[test]
    fn a_line_is_what_the_library_makes_of_it() {
        let (ours, theirs) = both(|| {
            tracing::error!("alone");
            tracing::trace!(answer = 42_u64, negative = -1, fraction = 0.5, yes = true, r#type = "raw");
            let outer = tracing::warn_span!("request", request_id = %"abc", later = tracing::field::Empty);
            outer.in_scope(|| {
                tracing::info!(method = %"GET", status = 200_u16, "answered");
                let inner = tracing::info_span!("inner");
                outer.record("later", "now");
                inner.in_scope(
                    || tracing::warn!(text = "with \"quotes\" ö", some = ?Some("x"), "message {}", 1),
                );
            });
            let error = std::fmt::Error;
            tracing::debug!(%error, "failed");
        });
        assert_eq!(ours, theirs);
        assert_eq!(ours.len(), 5);
    }

    /// Threats: a64, b48.
    #[test]
    fn no_value_starts_a_line_or_moves_the_cursor() {
        let nasty = "x\n2026-01-01T00:00:00Z  INFO forged\r\u{1b}[2J\u{7f}\u{9b}ä\u{a0}";
        let (ours, _) = both(|| {
            tracing::info!(display = %nasty, debug = ?nasty, "said {nasty}");
            let span = tracing::info_span!("request", id = %nasty);
            span.in_scope(|| tracing::info!("inside"));
        });
        assert_eq!(ours.len(), 2);
        for line in ours {
            assert!(!line.chars().any(char::is_control), "{line:?}");
            assert!(line.contains(r"x\n2026-01-01T00:00:00Z  INFO forged\r\u{1b}[2J\u{7f}\u{9b}ä"), "{line}");
        }
    }
}
