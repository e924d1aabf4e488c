//! When to stop.

use std::io::Read;

use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::oneshot;

use super::Failure;

/// What the log says where nobody asked for a stop: who reads it later shall not take it for a crash.
pub(super) const INPUT_CLOSED: &str = "stopping: standard input was closed, and --exit-with-stdin was given";

/// What asked for the stop.
pub(super) enum Stop {
    /// SIGTERM or SIGINT: finish what has begun.
    Signal,
    /// Standard input closed: whoever started us is gone, and nobody waits for an answer.
    InputClosed,
}

/// Whoever may ask for the stop. Made before anything is announced: until then a signal kills.
pub(super) struct Requests {
    terminate: Signal,
    interrupt: Signal,
    input_closed: Option<oneshot::Receiver<()>>,
}

impl Requests {
    /// Listens from now on.
    pub(super) fn listen(exit_with_stdin: bool) -> Result<Self, Failure> {
        Ok(Self {
            terminate: signal(SignalKind::terminate()).map_err(Failure::failed)?,
            interrupt: signal(SignalKind::interrupt()).map_err(Failure::failed)?,
            input_closed: exit_with_stdin.then(watch_input),
        })
    }

    /// Waits for the next one.
    pub(super) async fn next(&mut self) -> Stop {
        let input = async {
            match self.input_closed.as_mut() {
                Some(closed) => drop(closed.await),
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            _ = self.terminate.recv() => Stop::Signal,
            _ = self.interrupt.recv() => Stop::Signal,
            () = input => Stop::InputClosed,
        }
    }
}

fn watch_input() -> oneshot::Receiver<()> {
    let (closed, wait) = oneshot::channel();
    // A thread of its own: a read from standard input cannot be cancelled.
    std::thread::spawn(move || {
        let mut buffer = [0; 1024];
        let mut input = std::io::stdin().lock();
        while matches!(input.read(&mut buffer), Ok(1..)) {}
        let _ = closed.send(());
    });
    wait
}
