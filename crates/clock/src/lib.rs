//! A wall clock that tests can move forward.
//!
//! Give every part of a program a clone of one [`Clock`]. All clones share one offset, so a test that moves one clock
//! moves the time of the whole program.
//!
//! ```
//! use chrono::{DateTime, TimeDelta, Utc};
//! use movable_clock::Clock;
//!
//! struct Session {
//!     clock: Clock,
//!     expires_at: DateTime<Utc>,
//! }
//!
//! impl Session {
//!     fn new(clock: Clock) -> Self {
//!         let expires_at = clock.now() + TimeDelta::minutes(10);
//!         Self { clock, expires_at }
//!     }
//!
//!     fn is_expired(&self) -> bool {
//!         self.clock.now() >= self.expires_at
//!     }
//! }
//!
//! let clock = Clock::system();
//! let session = Session::new(clock.clone());
//! assert!(!session.is_expired());
//!
//! clock.advance(10 * 60);
//! assert!(session.is_expired());
//! ```

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use chrono::{DateTime, DurationRound, TimeDelta, Utc};

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

/// A wall clock. Its clones share one offset from the system's time.
#[derive(Clone, Debug, Default)]
pub struct Clock {
    offset_seconds: Arc<AtomicI64>,
    /// How many seconds this clone runs behind the others.
    behind: i64,
}

impl Clock {
    /// Creates a clock that shows the system's time until it is moved.
    pub fn system() -> Self {
        Self::default()
    }

    /// Returns the time in whole microseconds, the precision of PostgreSQL and SQLite.
    #[allow(clippy::disallowed_methods, reason = "the only place that reads the system's time")]
    pub fn now(&self) -> DateTime<Utc> {
        let now = Utc::now() + TimeDelta::seconds(self.offset_seconds() - self.behind);
        now.duration_trunc(TimeDelta::microseconds(1)).unwrap_or(now)
    }

    /// Returns a clock that moves with this one and runs `seconds` behind it. Use it for events that should lie in the
    /// past.
    ///
    /// ```
    /// # use movable_clock::Clock;
    /// let clock = Clock::system();
    /// let yesterday = clock.earlier(24 * 60 * 60);
    /// assert!(yesterday.now() < clock.now());
    /// ```
    pub fn earlier(&self, seconds: u32) -> Self {
        Self { behind: self.behind + i64::from(seconds), ..self.clone() }
    }

    /// Returns how many seconds the clocks are ahead of the system's time.
    pub fn offset_seconds(&self) -> i64 {
        self.offset_seconds.load(Ordering::SeqCst)
    }

    /// Moves this clock and its clones forward. They cannot move backward, so expired values stay expired.
    pub fn advance(&self, seconds: u32) {
        self.offset_seconds.fetch_add(i64::from(seconds), Ordering::SeqCst);
    }

    /// Sets this clock and its clones back to the system's time.
    pub fn reset(&self) {
        self.offset_seconds.store(0, Ordering::SeqCst);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clones_share_one_offset() {
        let (clock, before) = (Clock::system(), Clock::system().now());
        clock.clone().advance(600);
        assert!(clock.now() - before >= TimeDelta::seconds(600));
        clock.reset();
        assert!(clock.now() - before < TimeDelta::seconds(600));
    }

    #[test]
    fn an_earlier_clock_moves_with_the_others() {
        let clock = Clock::system();
        let earlier = clock.earlier(100);
        clock.advance(600);
        let behind = clock.now() - earlier.now();
        assert!((TimeDelta::seconds(99)..=TimeDelta::seconds(100)).contains(&behind), "{behind}");
    }
}
