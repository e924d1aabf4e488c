//! Writes the log to standard error. Warnings, errors and the audit log are written at once. A worker's other
//! lines are written together, once it has polled the requests that are ready: a write costs as much as
//! formatting a line, and workers that write to one file wait for each other. `cargo bench --bench log_lines`
//! measures both.

use std::io::Write;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};

use tokio::runtime::Handle;
use tracing::{Level, Metadata};
use tracing_subscriber::fmt::MakeWriter;

/// The target of the lines of the audit log.
pub(super) const AUDIT: &str = "audit";

/// Upper bound of a write with several lines, in bytes. Linux does not split writes up to this size to a pipe
/// (`PIPE_BUF`).
const MAX_WRITE: usize = 4096;

thread_local! {
    static PENDING: Arc<PendingLines> = Arc::default();
}

/// Makes a writer for each line.
pub(super) struct Stderr;

impl<'a> MakeWriter<'a> for Stderr {
    type Writer = Writer;

    fn make_writer(&'a self) -> Writer {
        Writer { is_deferrable: false }
    }

    fn make_writer_for(&'a self, line: &Metadata<'_>) -> Writer {
        Writer { is_deferrable: *line.level() >= Level::INFO && line.target() != AUDIT }
    }
}

/// Writes one line.
pub(super) struct Writer {
    is_deferrable: bool,
}

impl Write for Writer {
    fn write(&mut self, line: &[u8]) -> std::io::Result<usize> {
        PENDING.with(|lines| match Handle::try_current() {
            Ok(runtime) if self.is_deferrable => {
                if lines.add(line) {
                    runtime.spawn(WriteOnDrop(lines.clone()));
                }
            }
            _ => lines.write_now(line),
        });
        Ok(line.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// The lines of a thread that are not written yet. Other threads take the lock only when a runtime ends.
#[derive(Default)]
struct PendingLines(Mutex<Vec<u8>>);

impl PendingLines {
    /// Adds a line. Returns whether none was pending.
    fn add(&self, line: &[u8]) -> bool {
        let mut lines = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let was_empty = lines.is_empty();
        if lines.len() + line.len() > MAX_WRITE {
            write_pending(&mut lines);
        }
        lines.extend_from_slice(line);
        was_empty
    }

    /// Writes the pending lines and then this one, at once.
    fn write_now(&self, line: &[u8]) {
        let mut lines = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        write_pending(&mut lines);
        write(line);
    }
}

/// A task that is polled after the requests that are ready now. It writes when it is dropped, so it also
/// writes if the runtime ends first.
struct WriteOnDrop(Arc<PendingLines>);

impl Future for WriteOnDrop {
    type Output = ();

    fn poll(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<()> {
        Poll::Ready(())
    }
}

impl Drop for WriteOnDrop {
    fn drop(&mut self) {
        write_pending(&mut self.0.0.lock().unwrap_or_else(PoisonError::into_inner));
    }
}

fn write_pending(lines: &mut Vec<u8>) {
    if !lines.is_empty() {
        write(lines);
        lines.clear();
    }
}

/// Writes without the standard library's lock, on which workers would sleep. If standard error is closed, the
/// lines are lost.
fn write(mut bytes: &[u8]) {
    while !bytes.is_empty() {
        match rustix::io::write(rustix::stdio::stderr(), bytes) {
            Ok(written) => bytes = bytes.get(written..).unwrap_or_default(),
            Err(rustix::io::Errno::INTR) => {}
            Err(_) => return,
        }
    }
}
