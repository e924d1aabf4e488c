//! Standard error without a lock. A line is one write, which the system keeps whole by itself; behind the standard library's
//! lock, workers that log at the same time would put each other to sleep.

use std::io::{Result, Write};

/// Where the log goes.
pub(super) struct Stderr;

impl Write for Stderr {
    fn write(&mut self, line: &[u8]) -> Result<usize> {
        Ok(rustix::io::write(rustix::stdio::stderr(), line)?)
    }

    fn flush(&mut self) -> Result<()> {
        Ok(())
    }
}
