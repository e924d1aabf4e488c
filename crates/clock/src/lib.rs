//! The one place that reads the wall clock. Everything below `main` takes a [`Clock`], and everything
//! below `auth::Auth` and the sandbox's request handlers takes the time itself.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use chrono::{DateTime, DurationRound, TimeDelta, Utc};

/// Tells the time. Clones share one offset, so a test that moves the sandbox's clock moves the server's too.
#[derive(Clone, Debug, Default)]
pub struct Clock {
    offset_seconds: Arc<AtomicI64>,
    /// How far this clone runs behind the others, in seconds.
    behind: i64,
}

impl Clock {
    /// A clock that shows the system's time until it is moved.
    pub fn system() -> Self {
        Self::default()
    }

    /// The time, in whole microseconds: what both databases can store.
    #[allow(clippy::disallowed_methods)]
    pub fn now(&self) -> DateTime<Utc> {
        let now = Utc::now() + TimeDelta::seconds(self.offset_seconds() - self.behind);
        now.duration_trunc(TimeDelta::microseconds(1)).unwrap_or(now)
    }

    /// A clock that moves with this one and shows an earlier time: for what shall have happened a while ago.
    pub fn earlier(&self, seconds: u32) -> Self {
        Self { behind: self.behind + i64::from(seconds), ..self.clone() }
    }

    /// How far this clock has been moved ahead of the system's, in seconds.
    pub fn offset_seconds(&self) -> i64 {
        self.offset_seconds.load(Ordering::SeqCst)
    }

    /// Moves the clock forward. Never backwards: what expired must stay expired.
    pub fn advance(&self, seconds: u32) {
        self.offset_seconds.fetch_add(i64::from(seconds), Ordering::SeqCst);
    }

    /// Back to the system's time.
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
