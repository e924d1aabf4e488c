//! What the limits decided about a request. The response headers and the audit log are made from it.

use std::sync::{Arc, Mutex, PoisonError};

use super::limit_kind::LimitKind;
use super::throttle::Balance;

/// The status of one limit for one client.
#[derive(Debug, Clone)]
pub struct LimitStatus {
    /// The limit.
    pub kind: LimitKind,
    /// Its setting and its period, such as `wrong_codes_per_user/h`.
    pub policy: String,
    /// Attempts that it allows per period.
    pub quota: u32,
    /// The period, in seconds.
    pub window: u32,
    /// What is left.
    pub balance: Balance,
    /// Whether the limit rejected the request.
    pub rejected: bool,
    /// Whether the headers show it. A limit that others can use up is shown only when it rejects.
    pub is_shown: bool,
}

/// The statuses of all limits of a request. Clones share them.
#[derive(Debug, Clone, Default)]
pub struct LimitReport(Arc<Mutex<Vec<LimitStatus>>>);

impl LimitReport {
    /// Returns the latest status of each limit.
    pub fn all(&self) -> Vec<LimitStatus> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Replaces the status of a limit.
    pub(crate) fn put(&self, status: LimitStatus) {
        let mut statuses = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        statuses.retain(|other| other.policy != status.policy);
        statuses.push(status);
    }
}
