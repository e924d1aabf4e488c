//! Reports what happens to calls, so that a program can count them.

use std::fmt::Debug;
use std::time::Duration;

use crate::Operation;

/// Receives what happens to a client's calls. Its methods run on the caller's task, so they must return at once.
pub trait Observer: Debug + Send + Sync {
    /// A call has ended, for which at least one request was sent. `outcome` is the failure's kind, or what a good
    /// response said; `duration` includes retries.
    fn call_ended(&self, operation: Operation, outcome: &'static str, duration: Duration);

    /// The circuit breaker in front of Verify has opened or closed.
    fn circuit_changed(&self, is_open: bool);
}

/// Ignores everything.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoObserver;

impl Observer for NoObserver {
    fn call_ended(&self, _: Operation, _: &'static str, _: Duration) {}

    fn circuit_changed(&self, _: bool) {}
}
