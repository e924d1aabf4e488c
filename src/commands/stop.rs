//! When to stop.

use std::io::Read;

use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::oneshot;

use super::Failure;

/// What asked for the stop.
pub(super) enum Stop {
    /// SIGTERM or SIGINT: finish what has begun.
    Signal,
    /// Standard input closed: whoever started us is gone, and nobody waits for an answer.
    InputClosed,
}

/// Waits until there is a reason to stop.
pub(super) async fn requested(exit_with_stdin: bool) -> Result<Stop, Failure> {
    let mut terminate = signal(SignalKind::terminate()).map_err(Failure::failed)?;
    let mut interrupt = signal(SignalKind::interrupt()).map_err(Failure::failed)?;
    let input = input_closed(exit_with_stdin);
    tokio::select! {
        _ = terminate.recv() => Ok(Stop::Signal),
        _ = interrupt.recv() => Ok(Stop::Signal),
        () = input => Ok(Stop::InputClosed),
    }
}

async fn input_closed(watched: bool) {
    if !watched {
        return std::future::pending().await;
    }
    let (closed, wait) = oneshot::channel();
    // A thread of its own: a read from standard input cannot be cancelled.
    std::thread::spawn(move || {
        let mut buffer = [0; 1024];
        let mut input = std::io::stdin().lock();
        while matches!(input.read(&mut buffer), Ok(1..)) {}
        let _ = closed.send(());
    });
    let _ = wait.await;
}
