//! Faults: Twilio is broken on purpose.

use std::fmt;
use std::sync::Arc;

use crate::faults::new_fault::{InvalidFault, NewFault};
use crate::faults::{CAPACITY, Fault, FaultId};
use crate::state::State;

/// The faults of a sandbox. Clones share them.
///
/// ```
/// use twilio_verify_sandbox::{Effect, NewFault, OperationKind, Sandbox};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let sandbox = Sandbox::start().await?;
/// let outage = NewFault::new(OperationKind::Start, Effect::status(503)).times(2);
/// let fault = sandbox.faults().make(outage)?;
/// // Run the code under test, then check that it met the fault.
/// assert_eq!(sandbox.faults().get(fault.id()).map(|fault| fault.hits()), Some(0));
/// sandbox.faults().clear();
/// assert!(sandbox.faults().list().is_empty());
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Faults(Arc<State>);

impl Faults {
    pub(crate) fn new(state: Arc<State>) -> Self {
        Self(state)
    }

    /// Makes a fault. It covers the requests from now on.
    ///
    /// # Errors
    /// A setting is out of range, or 1,000 faults that can still hit exist.
    pub fn make(&self, fault: NewFault) -> Result<Fault, FaultError> {
        fault.validate().map_err(FaultError::Invalid)?;
        let made = self.0.faults().make(fault).map_err(|_| FaultError::TooMany)?;
        self.0.changed();
        Ok(made)
    }

    /// Returns every fault, oldest first. A fault that is used up stays in the list.
    pub fn list(&self) -> Vec<Fault> {
        self.limited_to(None, None)
    }

    /// Returns the faults that are limited to this recipient and to this account, oldest first. `None` selects all.
    pub fn limited_to(&self, to: Option<&str>, account_sid: Option<&str>) -> Vec<Fault> {
        self.0.faults().limited_to(to, account_sid).cloned().collect()
    }

    /// Returns a fault as it is now.
    pub fn get(&self, id: FaultId) -> Option<Fault> {
        self.0.faults().get(id).cloned()
    }

    /// Removes a fault. Returns whether it existed.
    pub fn remove(&self, id: FaultId) -> bool {
        let removed = self.0.faults().remove(id);
        self.0.changed();
        removed
    }

    /// Removes every fault.
    pub fn clear(&self) {
        self.clear_limited_to(None, None);
    }

    /// Removes the faults that [`Self::limited_to`] returns.
    pub fn clear_limited_to(&self, to: Option<&str>, account_sid: Option<&str>) {
        self.0.faults().clear(to, account_sid);
        self.0.changed();
    }
}

impl fmt::Debug for Faults {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Faults").finish_non_exhaustive()
    }
}

/// A fault cannot be made.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum FaultError {
    /// A setting is out of range.
    Invalid(InvalidFault),
    /// 1,000 faults that can still hit exist.
    TooMany,
}

impl fmt::Display for FaultError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Invalid(invalid) => invalid.fmt(formatter),
            Self::TooMany => write!(formatter, "{CAPACITY} faults that can still hit exist. Delete some."),
        }
    }
}

impl std::error::Error for FaultError {}
