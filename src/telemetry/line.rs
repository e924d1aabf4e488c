//! The fields of a log line as text. tracing-subscriber formats the line. Its own fields would pass a line
//! feed in a value through, and that value could forge a line.

use std::fmt::{self, Debug, Write};

use tracing::field::Field;
use tracing_subscriber::field::MakeExt;
use tracing_subscriber::fmt::FormatFields;
use tracing_subscriber::fmt::format::{Writer, debug_fn};

/// Returns the formatter of fields: the message, and `name=value` for the others, with control characters
/// escaped.
pub(super) fn escaped_fields() -> impl for<'w> FormatFields<'w> + 'static {
    debug_fn(write_field).delimited(" ")
}

fn write_field(line: &mut Writer<'_>, field: &Field, value: &dyn Debug) -> fmt::Result {
    match field.name() {
        "message" => {}
        // The bridge from the crate log adds these.
        name if name.starts_with("log.") => return Ok(()),
        name => {
            line.write_str(name.strip_prefix("r#").unwrap_or(name))?;
            line.write_char('=')?;
        }
    }
    write!(Escaped(line), "{value:?}")
}

/// Writes control characters as escapes of a Rust literal.
struct Escaped<'a, 'w>(&'a mut Writer<'w>);

impl Write for Escaped<'_, '_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        // The byte 0xC2 begins the control characters from U+0080, and other characters.
        if !text.bytes().any(|byte| byte.is_ascii_control() || byte == 0xc2) {
            return self.0.write_str(text);
        }
        for character in text.chars() {
            if character.is_control() {
                write!(self.0, "{}", character.escape_default())?;
            } else {
                self.0.write_char(character)?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use tracing_subscriber::fmt::{MakeWriter, layer};
    use tracing_subscriber::layer::SubscriberExt;

    use super::*;

    /// A writer that keeps its lines.
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
        /// Returns the lines without their time.
        fn lines(&self) -> Vec<String> {
            let text = String::from_utf8(self.0.lock().unwrap().clone()).unwrap();
            text.lines().map(|line| line.split_once(' ').unwrap().1.to_owned()).collect()
        }
    }

    /// Returns the lines of `log` with our fields, and with the fields of tracing-subscriber.
    fn both(log: impl Fn()) -> (Vec<String>, Vec<String>) {
        let (ours, theirs) = (Kept::default(), Kept::default());
        let here = layer()
            .with_ansi(false)
            .with_target(false)
            .fmt_fields(escaped_fields())
            .with_writer(ours.clone());
        let there = layer().with_ansi(false).with_target(false).with_writer(theirs.clone());
        tracing::subscriber::with_default(tracing_subscriber::registry().with(here), &log);
        tracing::subscriber::with_default(tracing_subscriber::registry().with(there), &log);
        (ours.lines(), theirs.lines())
    }

    #[test]
    fn lines_without_control_characters_are_those_of_the_library() {
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
