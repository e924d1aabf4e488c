//! The clock of a sandbox.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};

use crate::state::State;

/// How far ahead the clock can be, in seconds: ten years. Nothing here lives that long, and it is far from the last
/// date that can be represented.
pub(crate) const MAX_OFFSET: u64 = 10 * 365 * 24 * 60 * 60;

/// The clock of a sandbox. Clones share it.
///
/// ```
/// use std::time::Duration;
/// use twilio_verify_sandbox::Sandbox;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let sandbox = Sandbox::start().await?;
/// // A code expires ten minutes after it was first sent.
/// sandbox.clock().advance(Duration::from_secs(10 * 60))?;
/// assert_eq!(sandbox.clock().offset(), Duration::from_secs(10 * 60));
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct SandboxClock(Arc<State>);

impl SandboxClock {
    pub(crate) fn new(state: Arc<State>) -> Self {
        Self(state)
    }

    /// Returns the time.
    pub fn now(&self) -> DateTime<Utc> {
        self.0.clock.now()
    }

    /// Returns how far it is ahead of real time.
    pub fn offset(&self) -> Duration {
        Duration::from_secs(u64::try_from(self.0.clock.offset_seconds()).unwrap_or(0))
    }

    /// Moves the clock forward. A fraction of a second counts as a second. Delayed messages that are due by then
    /// arrive at once.
    ///
    /// # Errors
    /// The clock would be more than ten years ahead of real time.
    pub fn advance(&self, time: Duration) -> Result<(), ClockTooFar> {
        let seconds = time.as_secs().saturating_add(u64::from(time.subsec_nanos() > 0));
        if seconds > MAX_OFFSET.saturating_sub(self.offset().as_secs()) {
            return Err(ClockTooFar);
        }
        self.0.advance_clock(u32::try_from(seconds).map_err(|_| ClockTooFar)?);
        self.0.changed();
        Ok(())
    }

    /// Sets the clock back to real time. Expired codes stay expired, and codes that were sent ahead of real time end.
    /// Delayed messages keep their remaining time.
    pub fn reset(&self) {
        self.0.reset_clock();
        self.0.changed();
    }
}

impl fmt::Debug for SandboxClock {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("SandboxClock").field("offset", &self.offset()).finish_non_exhaustive()
    }
}

/// The clock cannot be more than ten years ahead of real time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClockTooFar;

impl fmt::Display for ClockTooFar {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("The clock cannot be more than ten years ahead of real time.")
    }
}

impl std::error::Error for ClockTooFar {}
