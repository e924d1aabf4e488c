//! Standard error. A line that tells of something grave, or that is part of the audit log, is written at once. Of the others,
//! those that a worker writes while it serves whichever requests have come are written together when it has: a write to a
//! file costs more than all that goes into a line, and workers that write to one file wait for each other.

use std::io::Write;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};

use tokio::runtime::Handle;
use tracing::{Level, Metadata};
use tracing_subscriber::fmt::MakeWriter;

/// Most bytes of a write that holds several lines. A pipe keeps as many together (`PIPE_BUF` of Linux), whoever else
/// writes to it.
const MOST: usize = 4096;

thread_local! {
    static GATHERED: Arc<Lines> = Arc::default();
}

/// Where the log goes.
pub(super) struct Stderr;

impl<'a> MakeWriter<'a> for Stderr {
    type Writer = Writer;

    fn make_writer(&'a self) -> Writer {
        Writer { may_wait: false }
    }

    fn make_writer_for(&'a self, line: &Metadata<'_>) -> Writer {
        Writer { may_wait: *line.level() >= Level::INFO && line.target() != super::AUDIT }
    }
}

/// Writes one line.
pub(super) struct Writer {
    may_wait: bool,
}

impl Write for Writer {
    fn write(&mut self, line: &[u8]) -> std::io::Result<usize> {
        GATHERED.with(|lines| match Handle::try_current() {
            Ok(runtime) if self.may_wait => {
                if lines.add(line) {
                    runtime.spawn(Rest(lines.clone()));
                }
            }
            _ => lines.write_with(line),
        });
        Ok(line.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// A thread's lines that are yet to be written. The lock is its own, but for a runtime that ends.
#[derive(Default)]
struct Lines(Mutex<Vec<u8>>);

impl Lines {
    /// Whether it is the first since the last were written.
    fn add(&self, line: &[u8]) -> bool {
        let mut lines = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let was_empty = lines.is_empty();
        if lines.len() + line.len() > MOST {
            write_out(&mut lines);
        }
        lines.extend_from_slice(line);
        was_empty
    }

    /// Writes this line at once, after those before it.
    fn write_with(&self, line: &[u8]) {
        let mut lines = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        write_out(&mut lines);
        write(line);
    }
}

/// Comes to its turn when the requests have that are ready now. Where it never does, because the program ends, it writes
/// all the same.
struct Rest(Arc<Lines>);

impl Future for Rest {
    type Output = ();

    fn poll(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<()> {
        Poll::Ready(())
    }
}

impl Drop for Rest {
    fn drop(&mut self) {
        write_out(&mut self.0.0.lock().unwrap_or_else(PoisonError::into_inner));
    }
}

fn write_out(lines: &mut Vec<u8>) {
    if !lines.is_empty() {
        write(lines);
        lines.clear();
    }
}

/// Without the standard library's lock, behind which workers would put each other to sleep. Where nobody reads the log any
/// more there is nobody to tell.
fn write(mut bytes: &[u8]) {
    while !bytes.is_empty() {
        match rustix::io::write(rustix::stdio::stderr(), bytes) {
            Ok(written) => bytes = bytes.get(written..).unwrap_or_default(),
            Err(rustix::io::Errno::INTR) => {}
            Err(_) => return,
        }
    }
}
