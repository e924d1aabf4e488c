//! What stands before every call about a verification, and before every look-up: the breaker, and a limit to the calls under way. Whoever is not
//! let through learns it at once.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tracing::{info, warn};

use super::breaker::{Breaker, Change, Pass};
use super::transport::Lost;
use super::{FailureKind, Observer};
use movable_clock::Clock;

/// One of each API for all clones of a client.
pub(super) struct Gate {
    api: &'static str,
    breaker: Mutex<Breaker>,
    calls: Arc<Semaphore>,
    max_calls: usize,
    clock: Clock,
    observer: Option<Arc<dyn Observer>>,
}

/// Leave to make one call. Dropped without a word, as when the caller is gone, it says nothing about Twilio.
pub(super) struct Permit {
    gate: Arc<Gate>,
    pass: Option<Pass>,
    _call: OwnedSemaphorePermit,
}

impl Gate {
    /// `api`: who is asked. `observer`: receives that the breaker opens or closes.
    pub(super) fn new(
        api: &'static str,
        max_calls: usize,
        clock: Clock,
        observer: Option<Arc<dyn Observer>>,
    ) -> Arc<Self> {
        let calls = Arc::new(Semaphore::new(max_calls.min(Semaphore::MAX_PERMITS)));
        Arc::new(Self { api, breaker: Mutex::new(Breaker::closed()), calls, max_calls, clock, observer })
    }

    /// A new one that goes by another clock.
    pub(super) fn timed_by(&self, clock: Clock) -> Arc<Self> {
        Self::new(self.api, self.max_calls, clock, self.observer.clone())
    }

    /// Leave to ask, or why there is none.
    pub(super) fn enter(self: &Arc<Self>) -> Result<Permit, Lost> {
        // Before the breaker: a probe that finds no place would be lost.
        let call = self.calls.clone().try_acquire_owned().map_err(|_| full())?;
        let pass = self.breaker().admit(self.clock.now()).map_err(open)?;
        Ok(Permit { gate: self.clone(), pass: Some(pass), _call: call })
    }

    /// Whether [`enter`](Self::enter) would give leave.
    pub(super) fn look(&self) -> Result<(), Lost> {
        if self.calls.available_permits() == 0 {
            return Err(full());
        }
        self.breaker().look(self.clock.now()).map_err(open)
    }

    fn breaker(&self) -> MutexGuard<'_, Breaker> {
        self.breaker.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Permit {
    /// `worked`: an answer came that made sense, whatever it said.
    pub(super) fn settle(mut self, worked: bool) {
        let Some(pass) = self.pass.take() else { return };
        let change = self.gate.breaker().settle(pass, worked, self.gate.clock.now());
        let api = self.gate.api;
        match change {
            Some(Change::Opened) => warn!("{api} fails again and again: it is not asked for a while"),
            Some(Change::Closed) => info!("{api} answers again"),
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

fn full() -> Lost {
    Lost::not_asked(FailureKind::Unavailable, None, "too many calls are under way")
}

fn open(wait: chrono::TimeDelta) -> Lost {
    // To the next whole second: whoever comes back sooner would come in vain.
    let seconds = u64::try_from(wait.num_milliseconds()).unwrap_or_default().div_ceil(1000);
    let retry_after = Some(Duration::from_secs(seconds));
    Lost::not_asked(FailureKind::Unavailable, retry_after, "it fails again and again")
}
