//! Reports calls to the program, for instance to count them.

use std::fmt::Debug;
use std::time::Duration;

use crate::Operation;

/// Receives events of a client. The methods run on the caller's task, so they must return quickly.
pub trait Observer: Debug + Send + Sync {
    /// A call has ended, after at least one request. `outcome` is the kind of failure, or what a successful
    /// response said. `duration` includes retries.
    fn call_ended(&self, operation: Operation, outcome: &'static str, duration: Duration);

    /// The circuit breaker in front of Verify has opened or closed.
    fn circuit_changed(&self, is_open: bool);
}

/// An observer that ignores all events.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoObserver;

impl Observer for NoObserver {
    fn call_ended(&self, _: Operation, _: &'static str, _: Duration) {}

    fn circuit_changed(&self, _: bool) {}
}
