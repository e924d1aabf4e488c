//! Reasons to stop: signals, and the end of standard input.

use std::io::Read;

use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::oneshot;

use super::Failure;

/// The log message for a stop without a signal, so that it does not look like a crash.
pub(super) const INPUT_CLOSED: &str = "stopping: standard input was closed, and --exit-with-stdin was given";

/// Why the program stops.
pub(super) enum StopReason {
    /// SIGTERM or SIGINT: finish the requests in progress.
    Signal,
    /// Standard input was closed: the parent process is gone and does not wait for responses.
    InputClosed,
}

/// Waits for reasons to stop. Create it before the `ready` line, because a signal kills the process until
/// then.
pub(super) struct StopListener {
    terminate: Signal,
    interrupt: Signal,
    input_closed: Option<oneshot::Receiver<()>>,
}

impl StopListener {
    /// Starts to listen.
    pub(super) fn start(exit_with_stdin: bool) -> Result<Self, Failure> {
        Ok(Self {
            terminate: signal(SignalKind::terminate()).map_err(Failure::failed)?,
            interrupt: signal(SignalKind::interrupt()).map_err(Failure::failed)?,
            input_closed: exit_with_stdin.then(watch_input),
        })
    }

    /// Waits for the next reason.
    pub(super) async fn next(&mut self) -> StopReason {
        let input = async {
            match self.input_closed.as_mut() {
                Some(closed) => drop(closed.await),
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            _ = self.terminate.recv() => StopReason::Signal,
            _ = self.interrupt.recv() => StopReason::Signal,
            () = input => StopReason::InputClosed,
        }
    }
}

fn watch_input() -> oneshot::Receiver<()> {
    let (closed, wait) = oneshot::channel();
    // A separate thread, because a read from standard input cannot be cancelled.
    std::thread::spawn(move || {
        let mut buffer = [0; 1024];
        let mut input = std::io::stdin().lock();
        while matches!(input.read(&mut buffer), Ok(1..)) {}
        let _ = closed.send(());
    });
    wait
}
