//! One delivery: a POST, and whether it was taken.
//!
//! Redirects are not followed: they would carry the event somewhere else. Of the answer the status counts; the body is
//! not read. As with Twilio, `HTTPS_PROXY` is honoured and loopback is never proxied.

use std::error::Error;
use std::time::Duration;

use reqwest::header::{CONTENT_TYPE, USER_AGENT};
use reqwest::redirect::Policy;
use reqwest::{Client, StatusCode};

use super::endpoint::{Endpoint, is_loopback};

/// How long a connection may take.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(3);
/// How long a delivery may take in all. A receiver is to take the event first and work on it then.
pub(super) const TIMEOUT: Duration = Duration::from_secs(10);
/// `User-Agent` of every delivery.
const AGENT: &str = concat!("countersign/", env!("CARGO_PKG_VERSION"));

/// Delivers to one endpoint.
pub(super) struct Deliverer {
    client: Client,
    endpoint: Endpoint,
}

/// Why a message was not taken.
pub(super) struct Refused {
    /// For the log. Says nothing of the URL.
    pub(super) cause: String,
    /// The receiver is gone for good (410), and wants no more of it.
    pub(super) for_good: bool,
}

impl Deliverer {
    /// Sets up TLS; connects to nothing.
    ///
    /// # Errors
    /// Where the system has no root certificates.
    pub(super) fn new(endpoint: Endpoint) -> Result<Self, String> {
        let mut builder = Client::builder()
            .connect_timeout(CONNECT_TIMEOUT)
            .timeout(TIMEOUT)
            .redirect(Policy::none())
            .referer(false)
            .retry(reqwest::retry::never());
        if is_loopback(&endpoint.url) {
            builder = builder.no_proxy();
        }
        builder = match endpoint.url.scheme() {
            "https" => builder.https_only(true),
            _ => builder.tls_certs_only([]),
        };
        let client = builder.build().map_err(cause)?;
        Ok(Self { client, endpoint })
    }

    /// Sends a message. `now`: seconds since 1970, which the receiver compares with its own clock.
    ///
    /// # Errors
    /// Where it was not answered with 2xx in time.
    pub(super) async fn deliver(&self, id: &str, body: String, now: i64) -> Result<(), Refused> {
        let signature = self.endpoint.secret.sign(id, now, &body);
        let request = self
            .client
            .post(self.endpoint.url.clone())
            .header(USER_AGENT, AGENT)
            .header(CONTENT_TYPE, "application/json")
            .header("webhook-id", id)
            .header("webhook-timestamp", now)
            .header("webhook-signature", signature)
            .body(body);
        let status = match request.send().await {
            Ok(response) => response.status(),
            Err(error) => return Err(Refused { cause: cause(error), for_good: false }),
        };
        match status.is_success() {
            true => Ok(()),
            false => {
                Err(Refused { cause: status.as_u16().to_string(), for_good: status == StatusCode::GONE })
            }
        }
    }
}

fn cause(error: reqwest::Error) -> String {
    let error = error.without_url();
    let mut cause = error.to_string();
    let mut source = error.source();
    while let Some(inner) = source {
        cause = format!("{cause}: {inner}");
        source = inner.source();
    }
    cause
}
