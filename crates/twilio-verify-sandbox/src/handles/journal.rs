//! The journal of requests.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;

use super::wait::wait_for;
use crate::faults::journal::RequestFilter;
use crate::faults::recorded_request::RecordedRequest;
use crate::state::State;

/// The journal of a sandbox: the requests that Twilio would have received. Clones share it.
///
/// Every request with valid credentials is in it from the moment it arrives. Each account keeps its last 1,000.
///
/// ```
/// use twilio_verify_sandbox::{OperationKind, RequestFilter, Sandbox};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> std::io::Result<()> {
/// let sandbox = Sandbox::start().await?;
/// // Run the code under test, then count what it would have paid for.
/// let starts = RequestFilter::new().operation(OperationKind::Start);
/// assert_eq!(sandbox.journal().requests(&starts).len(), 0);
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Journal(Arc<State>);

impl Journal {
    pub(crate) fn new(state: Arc<State>) -> Self {
        Self(state)
    }

    /// Returns the selected requests, newest first.
    pub fn requests(&self, filter: &RequestFilter) -> Vec<RecordedRequest> {
        self.newest_requests(filter, usize::MAX)
    }

    fn newest_requests(&self, filter: &RequestFilter, limit: usize) -> Vec<RecordedRequest> {
        self.0.accounts().requests(filter, limit)
    }

    /// Returns the newest selected request. If there is none, it waits for one, at most as long as `timeout`.
    pub async fn wait_for_request(
        &self,
        filter: &RequestFilter,
        timeout: Duration,
    ) -> Option<RecordedRequest> {
        self.wait_for_requests(filter, 1, Instant::now() + timeout).await.pop()
    }

    pub(crate) async fn wait_for_requests(
        &self,
        filter: &RequestFilter,
        limit: usize,
        deadline: Instant,
    ) -> Vec<RecordedRequest> {
        let find = |after| self.newest_requests(&filter.clone().after(after), limit);
        wait_for(self.0.requests(), deadline, filter.after, find).await
    }

    /// Forgets the requests about one recipient, or all.
    pub fn forget(&self, to: Option<&str>) {
        self.forget_of(None, to);
    }

    pub(crate) fn forget_of(&self, account_sid: Option<&str>, to: Option<&str>) {
        self.0.accounts().remove_requests(account_sid, to);
    }
}

impl fmt::Debug for Journal {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Journal").finish_non_exhaustive()
    }
}
