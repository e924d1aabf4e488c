//! What the limits have said of one request, on its way to the headers of its answer.

use std::sync::{Arc, Mutex, PoisonError};

use super::limit_kind::LimitKind;
use super::throttle::Balance;

/// Where a client stands with one limit.
#[derive(Debug, Clone)]
pub struct Standing {
    /// Which limit.
    pub kind: LimitKind,
    /// Its setting and its period, such as `wrong_codes_per_user/h`.
    pub policy: String,
    /// Attempts that it allows in its period.
    pub quota: u32,
    /// The period, in seconds.
    pub window: u32,
    /// What is left.
    pub balance: Balance,
    /// Whether the limit refused the request.
    pub refused: bool,
    /// Whether the client is told: always of what refuses, otherwise only of what counts its own doings.
    pub is_told: bool,
}

/// Everything that was said. Clones share it.
#[derive(Debug, Clone, Default)]
pub struct Standings(Arc<Mutex<Vec<Standing>>>);

impl Standings {
    /// What was said last of each limit.
    pub fn all(&self) -> Vec<Standing> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// What was said of a limit before does not count any more.
    pub(crate) fn put(&self, standing: Standing) {
        let mut standings = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        standings.retain(|other| other.policy != standing.policy);
        standings.push(standing);
    }
}
