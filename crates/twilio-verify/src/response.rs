//! A response of Twilio: its status, the headers that matter, and its body.

use std::time::Duration;

use chrono::{DateTime, Utc};
use reqwest::Response;
use reqwest::header::{DATE, HeaderMap, RETRY_AFTER};
use serde::Deserialize;

use super::Operation;
use super::retry::{Rejection, parse_retry_after};

/// The maximum size of a body that is read, in bytes. Most responses have about 1 KiB; a few KiB with lookups
/// and many attempts.
const MAX_BODY: usize = 64 * 1024;

/// The maximum length of `Twilio-Request-Id`. Real ones have 34 characters.
const MAX_REQUEST_ID: usize = 64;

/// The maximum length of an error message that is passed on, in characters.
const MAX_MESSAGE: usize = 300;

/// A response, successful or not.
pub(super) struct TwilioResponse {
    pub(super) http_status: u16,
    pub(super) request_id: Option<String>,
    pub(super) retry_after: Option<Duration>,
    /// The header `Date` (RFC 9110, section 6.6.1): Twilio's clock, in whole seconds.
    pub(super) date: Option<DateTime<Utc>>,
    /// The body. `None` if it was too large, incomplete or too late.
    pub(super) body: Option<Vec<u8>>,
    reached_rate_limit: bool,
}

impl TwilioResponse {
    /// Reads the status and the headers.
    pub(super) fn from_head(http_status: u16, headers: &HeaderMap) -> Self {
        let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
        let request_id = text("twilio-request-id").filter(|id| {
            let is_alphanumeric = id.bytes().all(|byte| byte.is_ascii_alphanumeric());
            is_alphanumeric && !id.is_empty() && id.len() <= MAX_REQUEST_ID
        });
        Self {
            http_status,
            request_id: request_id.map(str::to_owned),
            retry_after: text(RETRY_AFTER.as_str())
                .and_then(|value| parse_retry_after(value, text(DATE.as_str()))),
            date: text(DATE.as_str())
                .and_then(|date| DateTime::parse_from_rfc2822(date).ok())
                .map(|date| date.to_utc()),
            reached_rate_limit: headers.contains_key("twilio-reached-rate-limit"),
            body: None,
        }
    }

    pub(super) fn is_success(&self) -> bool {
        (200..300).contains(&self.http_status)
    }

    /// Parses the body as a JSON object. Returns `None` if it is not a valid one.
    pub(super) fn object<T: for<'a> Deserialize<'a>>(&self) -> Option<T> {
        let body = self.body.as_deref()?;
        // serde would also fill a struct from an array, by position.
        if !body.trim_ascii_start().starts_with(b"{") {
            return None;
        }
        serde_json::from_slice(body).ok()
    }

    /// Returns Twilio's error code if this is an error that has one.
    pub(super) fn error_code(&self) -> Option<u32> {
        #[derive(Deserialize)]
        struct ErrorBody {
            code: u32,
        }
        if self.is_success() { None } else { self.object::<ErrorBody>().map(|body| body.code) }
    }

    /// Returns Twilio's error message, shortened and without control characters.
    pub(super) fn message(&self) -> Option<String> {
        #[derive(Deserialize)]
        struct ErrorBody {
            message: String,
        }
        let error = if self.is_success() { None } else { self.object::<ErrorBody>() };
        error.map(|body| body.message.chars().filter(|c| !c.is_control()).take(MAX_MESSAGE).collect())
    }

    /// Returns what the decision to retry depends on.
    pub(super) fn rejection(&self, operation: Operation) -> Rejection {
        Rejection {
            operation,
            http_status: self.http_status,
            code: self.error_code(),
            reached_rate_limit: self.reached_rate_limit,
            retry_after: self.retry_after,
        }
    }
}

/// Reads the body. Returns `None` if it is incomplete or larger than [`MAX_BODY`].
pub(super) async fn read_body(mut response: Response) -> Option<Vec<u8>> {
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.ok()? {
        if body.len() + chunk.len() > MAX_BODY {
            return None;
        }
        body.extend_from_slice(&chunk);
    }
    Some(body)
}
