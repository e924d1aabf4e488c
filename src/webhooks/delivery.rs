//! The delivery of one message: a POST and its status.
//!
//! Redirects are not followed, because they would send the event elsewhere. The response's body is not read.
//! As with Twilio, `HTTPS_PROXY` is honoured and loopback is never proxied.

use std::error::Error;
use std::time::Duration;

use reqwest::header::{CONTENT_TYPE, USER_AGENT};
use reqwest::redirect::Policy;
use reqwest::{Client, StatusCode};

use super::endpoint::{Endpoint, is_loopback};

/// The timeout of connecting.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(3);
/// The timeout of a whole delivery. A receiver should acknowledge an event before it processes it.
pub(super) const TIMEOUT: Duration = Duration::from_secs(10);
/// The `User-Agent` of every delivery.
const AGENT: &str = concat!("countersign/", env!("CARGO_PKG_VERSION"));

/// Delivers messages to one endpoint.
pub(super) struct Deliverer {
    client: Client,
    endpoint: Endpoint,
}

/// Why a delivery failed.
pub(super) struct DeliveryError {
    /// For the log. Does not contain the URL.
    pub(super) cause: String,
    /// Whether the receiver answered 410 Gone, so that a retry is pointless.
    pub(super) is_permanent: bool,
}

impl Deliverer {
    /// Sets up TLS. Does not connect.
    ///
    /// # Errors
    /// If the system has no root certificates.
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

    /// Sends a message. The receiver compares `now`, in seconds since 1970, with its own clock.
    ///
    /// # Errors
    /// If there is no 2xx response in time.
    pub(super) async fn deliver(&self, id: &str, body: String, now: i64) -> Result<(), DeliveryError> {
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
            Err(error) => return Err(DeliveryError { cause: cause(error), is_permanent: false }),
        };
        if status.is_success() {
            return Ok(());
        }
        Err(DeliveryError { cause: status.as_u16().to_string(), is_permanent: status == StatusCode::GONE })
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
