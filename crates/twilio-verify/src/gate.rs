//! Limits the calls to one API: a circuit breaker and a maximum number of concurrent calls. A call that may
//! not start fails immediately.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use movable_clock::Clock;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tracing::{info, warn};

use super::breaker::{Breaker, Change, Pass};
use super::no_response::NoResponse;
use super::{FailureKind, Observer};

/// The gate in front of one API. All clones of a client share it.
pub(super) struct Gate {
    api: &'static str,
    breaker: Mutex<Breaker>,
    calls: Arc<Semaphore>,
    max_calls: usize,
    clock: Clock,
    observer: Option<Arc<dyn Observer>>,
}

/// Permission for one call. Dropping it unsettled, for instance because the caller was canceled, records no
/// outcome.
pub(super) struct Permit {
    gate: Arc<Gate>,
    pass: Option<Pass>,
    _call: OwnedSemaphorePermit,
}

impl Gate {
    /// Creates a gate. `api` is the name in log lines. `observer` learns when the breaker opens or closes.
    pub(super) fn new(
        api: &'static str,
        max_calls: usize,
        clock: Clock,
        observer: Option<Arc<dyn Observer>>,
    ) -> Arc<Self> {
        let calls = Arc::new(Semaphore::new(max_calls.min(Semaphore::MAX_PERMITS)));
        Arc::new(Self { api, breaker: Mutex::new(Breaker::closed()), calls, max_calls, clock, observer })
    }

    /// Creates a gate with the same settings and another clock.
    pub(super) fn with_clock(&self, clock: Clock) -> Arc<Self> {
        Self::new(self.api, self.max_calls, clock, self.observer.clone())
    }

    /// Returns a permit, or why a call may not start.
    pub(super) fn enter(self: &Arc<Self>) -> Result<Permit, NoResponse> {
        // Before the breaker: if it admitted a probe that gets no place, the probe would be lost.
        let call = self.calls.clone().try_acquire_owned().map_err(|_| too_many_calls())?;
        let pass = self.breaker().admit(self.clock.now()).map_err(circuit_open)?;
        Ok(Permit { gate: self.clone(), pass: Some(pass), _call: call })
    }

    /// Checks whether [`enter`](Self::enter) would return a permit.
    pub(super) fn check(&self) -> Result<(), NoResponse> {
        if self.calls.available_permits() == 0 {
            return Err(too_many_calls());
        }
        self.breaker().check(self.clock.now()).map_err(circuit_open)
    }

    fn breaker(&self) -> MutexGuard<'_, Breaker> {
        self.breaker.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Permit {
    /// Records the outcome. `success` means that a response arrived and made sense, whatever it said.
    pub(super) fn settle(mut self, success: bool) {
        let Some(pass) = self.pass.take() else { return };
        let change = self.gate.breaker().settle(pass, success, self.gate.clock.now());
        let api = self.gate.api;
        match change {
            Some(Change::Opened) => warn!("{api} keeps failing: the circuit breaker has opened"),
            Some(Change::Closed) => info!("{api} responds again: the circuit breaker has closed"),
            None => return,
        }
        if let Some(observer) = &self.gate.observer {
            observer.circuit_changed(change == Some(Change::Opened));
        }
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        if let Some(pass) = self.pass.take() {
            self.gate.breaker().abandon(pass, self.gate.clock.now());
        }
    }
}

fn too_many_calls() -> NoResponse {
    NoResponse::not_sent(FailureKind::Unavailable, None, "too many concurrent calls")
}

fn circuit_open(wait: chrono::TimeDelta) -> NoResponse {
    // Rounded up, because a retry before the end of the wait would fail too.
    let seconds = u64::try_from(wait.num_milliseconds()).unwrap_or_default().div_ceil(1000);
    let retry_after = Some(Duration::from_secs(seconds));
    NoResponse::not_sent(FailureKind::Unavailable, retry_after, "the circuit breaker is open")
}
