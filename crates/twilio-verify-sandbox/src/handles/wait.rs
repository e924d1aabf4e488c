//! Waiting for something to arrive.

use tokio::sync::watch;
use tokio::time::{Instant, timeout_at};

/// Calls `find` with `after` and returns what it finds. If that is nothing, it looks again after each arrival, until
/// the deadline. `arrivals` holds the number of the newest arrival.
pub(super) async fn wait_for<T>(
    mut arrivals: watch::Receiver<u64>,
    deadline: Instant,
    mut after: u64,
    find: impl Fn(u64) -> Vec<T>,
) -> Vec<T> {
    loop {
        // Read before the search, so that nothing can arrive unnoticed between the search and the wait.
        let newest = *arrivals.borrow_and_update();
        let found = find(after);
        if !found.is_empty() || !matches!(timeout_at(deadline, arrivals.changed()).await, Ok(Ok(()))) {
            return found;
        }
        // None of these matched, so the next search skips them.
        after = after.max(newest);
    }
}
