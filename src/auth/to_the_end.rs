//! Work that nobody may hang up on.

use super::error::Error;
use crate::telemetry::carried;

/// Runs work to its end even if the client goes away: between a counted check, Twilio's answer and what is
/// written down about it, nobody may hang up. Needs the worker's `LocalSet`.
pub(super) async fn to_the_end<R: 'static>(
    work: impl Future<Output = Result<R, Error>> + 'static,
) -> Result<R, Error> {
    let task = tokio::task::spawn_local(carried(work));
    task.await.unwrap_or_else(|panicked| Err(Error::internal(panicked)))
}
