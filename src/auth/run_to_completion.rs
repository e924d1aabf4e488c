//! Work that continues if the client disconnects.

use super::error::Error;
use crate::telemetry::carried;

/// Runs work to completion even if the client disconnects: between counting a check, Twilio's answer and
/// recording it, a request must not be cancelled. Needs the worker's `LocalSet`.
pub(super) async fn run_to_completion<R: 'static>(
    work: impl Future<Output = Result<R, Error>> + 'static,
) -> Result<R, Error> {
    let task = tokio::task::spawn_local(carried(work));
    task.await.unwrap_or_else(|panicked| Err(Error::internal(panicked)))
}
