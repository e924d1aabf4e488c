//! What a fault does to a request. Pure.

use std::time::Duration;

use actix_web::http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::twilio::error_texts::general_code;

/// The kind of a fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum FaultKind {
    /// The sandbox does nothing and answers with an error.
    Status,
    /// The request waits, then is processed as usual.
    Delay,
    /// The sandbox does nothing and closes the connection without an answer.
    Drop,
    /// The request is processed and a code is sent. Then the connection closes without an answer.
    SentThenDrop,
    /// The request is processed. The body of the answer is not JSON.
    Malformed,
    /// The request is processed. The connection closes after half of the answer's body.
    Truncated,
}

/// What a fault does to a request.
///
/// ```
/// use std::time::Duration;
/// use twilio_verify_sandbox::Effect;
///
/// let busy = Effect::status(429).with_retry_after(Duration::from_secs(7));
/// let blocked = Effect::status(403).with_code(60410);
/// let slow = Effect::Delay(Duration::from_secs(2));
/// # let _ = (busy, blocked, slow);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Effect {
    /// See [`FaultKind::Status`]; [`Effect::status`] makes one.
    #[non_exhaustive]
    Status {
        /// The HTTP status, 400 to 599.
        status: u16,
        /// Twilio's error code.
        code: u32,
        /// The header `Retry-After`, in whole seconds.
        retry_after: Option<Duration>,
    },
    /// See [`FaultKind::Delay`]; in real time, 1 millisecond to 1 minute.
    Delay(Duration),
    /// See [`FaultKind::Drop`].
    Drop,
    /// See [`FaultKind::SentThenDrop`].
    SentThenDrop,
    /// See [`FaultKind::Malformed`].
    Malformed,
    /// See [`FaultKind::Truncated`].
    Truncated,
}

impl Effect {
    /// Answers with an HTTP status and Twilio's general error code for it, such as 20503 for 503.
    pub fn status(status: u16) -> Self {
        Self::Status { status, code: general_code(status), retry_after: None }
    }

    /// Sets Twilio's error code of [`Self::Status`]. Other effects stay unchanged.
    pub fn with_code(self, code: u32) -> Self {
        match self {
            Self::Status { status, retry_after, .. } => Self::Status { status, code, retry_after },
            other => other,
        }
    }

    /// Sets the header `Retry-After` of [`Self::Status`]. Other effects stay unchanged.
    pub fn with_retry_after(self, time: Duration) -> Self {
        match self {
            Self::Status { status, code, .. } => Self::Status { status, code, retry_after: Some(time) },
            other => other,
        }
    }

    /// Returns its kind.
    pub fn kind(self) -> FaultKind {
        match self {
            Self::Status { .. } => FaultKind::Status,
            Self::Delay(_) => FaultKind::Delay,
            Self::Drop => FaultKind::Drop,
            Self::SentThenDrop => FaultKind::SentThenDrop,
            Self::Malformed => FaultKind::Malformed,
            Self::Truncated => FaultKind::Truncated,
        }
    }
}

/// Converts a status to actix-web's type. An invalid status becomes 500.
pub(crate) fn status_code(status: u16) -> StatusCode {
    StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}
