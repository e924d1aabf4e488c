//! Sends requests to Twilio over HTTP, with timeouts and retries.
//!
//! Redirects are not followed, because they would send a phone number or a code elsewhere. The retries of
//! reqwest are off. (If an idle connection turns out to be closed before any byte of a request is written,
//! hyper still uses a new one. That request was never sent.)
//!
//! `HTTPS_PROXY` and `NO_PROXY` are honored, because many production networks require a proxy. TLS is
//! end-to-end, so the proxy sees neither credentials nor codes. Connections to loopback, where plain `http`
//! is allowed, use no proxy.

use std::sync::Arc;
use std::time::{Duration, Instant};

use reqwest::header::ACCEPT;
use reqwest::redirect::Policy;
use reqwest::{Client, Method, RequestBuilder, Url};
use secrecy::{ExposeSecret, SecretString};
use tokio::time::{sleep, timeout};
use tracing::Instrument;

use super::call::TwilioCall;
use super::no_response::NoResponse;
use super::response::{TwilioResponse, read_body};
use super::retry::pause_before_retry;
use super::settings::{is_loopback, lookup_base_url};
use super::{InvalidSettings, Observer, Operation, Settings};

/// How long an idle connection is kept. Long enough for the next log-in. Short enough that Twilio rarely
/// closes one just as a request is sent, which would make it unclear whether a code was sent.
const IDLE_TIME: Duration = Duration::from_secs(15);

/// The maximum number of idle connections.
const MAX_IDLE: usize = 8;

/// Sends requests to Twilio with one set of credentials.
pub(super) struct Transport {
    client: Client,
    base_url: Url,
    lookup_base_url: Url,
    username: String,
    password: SecretString,
    total_timeout: Duration,
    retry_pause: Duration,
    pub(super) observer: Arc<dyn Observer>,
}

impl Transport {
    /// Creates the transport. `base_url` is the parsed base URL of the settings.
    pub(super) fn new(base_url: Url, settings: Settings) -> Result<Self, InvalidSettings> {
        let mut builder = Client::builder()
            .user_agent(settings.user_agent)
            .connect_timeout(settings.connect_timeout)
            .redirect(Policy::none())
            .referer(false)
            .retry(reqwest::retry::never())
            .pool_idle_timeout(IDLE_TIME)
            .pool_max_idle_per_host(MAX_IDLE);
        if is_loopback(&base_url) {
            builder = builder.no_proxy();
        }
        builder = if base_url.scheme() == "https" {
            builder.https_only(true)
        } else {
            // Plain http needs no root certificates. Loading those of the system is slow, and fails if there
            // are none.
            builder.tls_certs_only([])
        };
        Ok(Self {
            client: builder.build().map_err(|_| InvalidSettings::Tls)?,
            lookup_base_url: lookup_base_url(&base_url)?,
            base_url,
            username: settings.username,
            password: settings.password,
            total_timeout: settings.total_timeout,
            retry_pause: settings.retry_pause,
            observer: settings.observer,
        })
    }

    /// Posts a form to a path below the base URL.
    pub(super) async fn post(&self, operation: Operation, path: &str, form: &[(&str, &str)]) -> TwilioCall {
        self.call(operation, || self.request(operation, Method::POST, path).form(form)).await
    }

    /// Gets a path below the base URL.
    pub(super) async fn get(&self, operation: Operation, path: &str) -> TwilioCall {
        self.call(operation, || self.request(operation, Method::GET, path)).await
    }

    fn request(&self, operation: Operation, method: Method, path: &str) -> RequestBuilder {
        let base_url = if operation == Operation::LookUp { &self.lookup_base_url } else { &self.base_url };
        let url = format!("{}{path}", base_url.as_str().trim_end_matches('/'));
        self.client
            .request(method, url)
            .basic_auth(&self.username, Some(self.password.expose_secret()))
            .header(ACCEPT, "application/json")
    }

    /// Sends a request, and retries it if [`pause_before_retry`] says so.
    async fn call(&self, operation: Operation, request: impl Fn() -> RequestBuilder) -> TwilioCall {
        let name = operation.as_str();
        let span = tracing::info_span!(target: "traces", "twilio", otel.kind = "client", operation = name);
        self.send_with_retries(operation, request).instrument(span).await
    }

    async fn send_with_retries(
        &self,
        operation: Operation,
        request: impl Fn() -> RequestBuilder,
    ) -> TwilioCall {
        let started = Instant::now();
        let timeout = operation.timeout(self.total_timeout);
        let time_left = || timeout.saturating_sub(started.elapsed());
        let mut requests = 0;
        loop {
            requests += 1;
            let outcome = exchange(request(), &time_left).await;
            let pause = outcome.as_ref().ok().and_then(|response| {
                let rejection = response.rejection(operation);
                pause_before_retry(&rejection, requests, self.retry_pause, time_left())
            });
            match pause {
                Some(pause) => sleep(pause).await,
                None => {
                    let duration = started.elapsed();
                    let observer = self.observer.clone();
                    return TwilioCall { operation, outcome, requests, duration, observer, permit: None };
                }
            }
        }
    }
}

/// Sends one request and reads the response.
async fn exchange(
    request: RequestBuilder,
    time_left: &impl Fn() -> Duration,
) -> Result<TwilioResponse, NoResponse> {
    let received = match timeout(time_left(), request.send()).await {
        Ok(result) => result.map_err(NoResponse::from)?,
        Err(_) => return Err(NoResponse::timed_out()),
    };
    let mut response = TwilioResponse::from_head(received.status().as_u16(), received.headers());
    response.body = timeout(time_left(), read_body(received)).await.ok().flatten();
    Ok(response)
}
