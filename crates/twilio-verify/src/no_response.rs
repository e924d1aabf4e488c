//! Why a call got no response.

use std::error::Error;
use std::time::Duration;

use super::FailureKind;

/// The reason why there is no response.
pub(super) struct NoResponse {
    /// Whether the request certainly did not reach Twilio.
    pub(super) certainly_not_sent: bool,
    pub(super) kind: FailureKind,
    /// When to try again, if that is known.
    pub(super) retry_after: Option<Duration>,
    /// The cause, for the log. Contains nothing of the request.
    pub(super) cause: String,
}

impl NoResponse {
    /// The response did not arrive in time. Twilio may have processed the request.
    pub(super) fn timed_out() -> Self {
        Self::unavailable(false, "no response in time".to_owned())
    }

    /// No request was sent.
    pub(super) fn not_sent(kind: FailureKind, retry_after: Option<Duration>, cause: &str) -> Self {
        Self { certainly_not_sent: true, kind, retry_after, cause: cause.to_owned() }
    }

    fn unavailable(certainly_not_sent: bool, cause: String) -> Self {
        Self { certainly_not_sent, kind: FailureKind::Unavailable, retry_after: None, cause }
    }
}

impl From<reqwest::Error> for NoResponse {
    fn from(error: reqwest::Error) -> Self {
        // Without a connection, no part of the request has been sent.
        let certainly_not_sent = error.is_connect() || error.is_builder();
        let error = error.without_url();
        let mut cause = error.to_string();
        let mut source = error.source();
        while let Some(inner) = source {
            cause = format!("{cause}: {inner}");
            source = inner.source();
        }
        Self::unavailable(certainly_not_sent, cause)
    }
}
