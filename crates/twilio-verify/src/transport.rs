//! One HTTP exchange with Twilio: what is sent, how long it may take, how much is read, what is repeated.
//!
//! Redirects are not followed, since they would carry a phone number or a code somewhere else, and reqwest's
//! own retries are off. (hyper still picks a fresh connection where an idle one turns out to be closed before
//! the first byte of the request was handed to it: that request was never sent.)
//!
//! `HTTPS_PROXY` and `NO_PROXY` are honoured, because many production networks let nothing out but through a
//! proxy; TLS passes through it end to end, so it sees neither credentials nor codes. Loopback, the only place where
//! plain `http` is allowed, is never proxied.

use std::error::Error;
use std::sync::Arc;
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use reqwest::header::{ACCEPT, DATE, HeaderMap, RETRY_AFTER};
use reqwest::redirect::Policy;
use reqwest::{Client, Method, RequestBuilder, Response, Url};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use tokio::time::{sleep, timeout};
use tracing::Instrument;

use super::gate::Permit;
use super::retry::{Refusal, parse_retry_after, pause_before_repeating};
use super::settings::{is_loopback, lookup_base_url};
use super::{FailureKind, InvalidSettings, Observer, Operation, Settings};

/// The largest body that is read, in bytes. Twilio's answers are about 1 KiB; lookups and many attempts make a few.
const LARGEST_BODY: usize = 64 * 1024;

/// Idle connections are dropped after this time. Long enough for the next login, short enough that the far end
/// seldom closes one just as a request goes out, which would leave in doubt whether a code was sent.
const IDLE_TIME: Duration = Duration::from_secs(15);

/// Idle connections kept at most.
const MOST_IDLE: usize = 8;

/// The longest `Twilio-Request-Id` that is believed; real ones have 34 characters.
const LONGEST_REQUEST_ID: usize = 64;

/// The longest message of an error that is passed on, in characters.
const LONGEST_MESSAGE: usize = 300;

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

/// All that happened in one operation.
pub(super) struct Call {
    pub(super) operation: Operation,
    /// The last answer, or why there is none.
    pub(super) outcome: Result<Answer, Lost>,
    /// How many requests were sent.
    pub(super) requests: u32,
    pub(super) took: Duration,
    /// Receives how it ended.
    pub(super) observer: Arc<dyn Observer>,
    /// What the breaker is to be told about; `None` where it was not asked.
    pub(super) permit: Option<Permit>,
}

/// An answer, whatever it says.
pub(super) struct Answer {
    pub(super) http_status: u16,
    pub(super) request_id: Option<String>,
    pub(super) retry_after: Option<Duration>,
    /// `Date` (RFC 9110, 6.6.1): the far end's clock, in whole seconds.
    pub(super) date: Option<DateTime<Utc>>,
    /// `None` where the body was too large, cut off or too late.
    pub(super) body: Option<Vec<u8>>,
    reached_rate_limit: bool,
}

/// No answer.
pub(super) struct Lost {
    pub(super) certainly_not_sent: bool,
    pub(super) kind: FailureKind,
    /// When it makes sense to ask again, where that is known.
    pub(super) retry_after: Option<Duration>,
    /// For the log. Says nothing of what was sent.
    pub(super) cause: String,
}

impl Transport {
    /// `base_url` is the one of the settings, checked.
    pub(super) fn new(base_url: Url, settings: Settings) -> Result<Self, InvalidSettings> {
        let mut builder = Client::builder()
            .user_agent(settings.user_agent)
            .connect_timeout(settings.connect_timeout)
            .redirect(Policy::none())
            .referer(false)
            .retry(reqwest::retry::never())
            .pool_idle_timeout(IDLE_TIME)
            .pool_max_idle_per_host(MOST_IDLE);
        if is_loopback(&base_url) {
            builder = builder.no_proxy();
        }
        builder = if base_url.scheme() == "https" {
            builder.https_only(true)
        } else {
            // Reading the system's root certificates takes a while, and fails where there are none, as in a slim
            // container. Plain http needs none.
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
    pub(super) async fn post(&self, operation: Operation, path: &str, form: &[(&str, &str)]) -> Call {
        self.call(operation, || self.request(operation, Method::POST, path).form(form)).await
    }

    /// Gets what stands at a path below the base URL.
    pub(super) async fn get(&self, operation: Operation, path: &str) -> Call {
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

    /// Sends a request, and repeats it where [`pause_before_repeating`] says so.
    async fn call(&self, operation: Operation, request: impl Fn() -> RequestBuilder) -> Call {
        let name = operation.as_str();
        let span = tracing::info_span!(target: "traces", "twilio", otel.kind = "client", operation = name);
        self.repeat(operation, request).instrument(span).await
    }

    async fn repeat(&self, operation: Operation, request: impl Fn() -> RequestBuilder) -> Call {
        let (started, longest) = (Instant::now(), operation.longest(self.total_timeout));
        let time_left = || longest.saturating_sub(started.elapsed());
        let mut requests = 0;
        loop {
            requests += 1;
            let outcome = exchange(request(), &time_left).await;
            let pause = outcome.as_ref().ok().and_then(|answer| {
                let refusal = answer.refusal(operation);
                pause_before_repeating(&refusal, requests, self.retry_pause, time_left())
            });
            match pause {
                Some(pause) => sleep(pause).await,
                None => {
                    let took = started.elapsed();
                    let observer = self.observer.clone();
                    return Call { operation, outcome, requests, took, observer, permit: None };
                }
            }
        }
    }
}

async fn exchange(request: RequestBuilder, time_left: &impl Fn() -> Duration) -> Result<Answer, Lost> {
    let response = match timeout(time_left(), request.send()).await {
        Ok(sent) => sent.map_err(Lost::from)?,
        Err(_) => return Err(Lost::on_the_way(false, "no answer in time".to_owned())),
    };
    let mut answer = Answer::from_head(response.status().as_u16(), response.headers());
    answer.body = timeout(time_left(), read_body(response)).await.ok().flatten();
    Ok(answer)
}

/// The body; `None` where it breaks off or is larger than [`LARGEST_BODY`].
async fn read_body(mut response: Response) -> Option<Vec<u8>> {
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.ok()? {
        if body.len() + chunk.len() > LARGEST_BODY {
            return None;
        }
        body.extend_from_slice(&chunk);
    }
    Some(body)
}

impl Answer {
    fn from_head(http_status: u16, headers: &HeaderMap) -> Self {
        let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
        let request_id = text("twilio-request-id").filter(|id| {
            let plain = id.bytes().all(|byte| byte.is_ascii_alphanumeric());
            plain && !id.is_empty() && id.len() <= LONGEST_REQUEST_ID
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

    /// The body as a JSON object; `None` where it is anything else.
    pub(super) fn object<T: for<'a> Deserialize<'a>>(&self) -> Option<T> {
        let body = self.body.as_deref()?;
        // serde would also fill a struct from an array, position by position.
        if !body.trim_ascii_start().starts_with(b"{") {
            return None;
        }
        serde_json::from_slice(body).ok()
    }

    /// Twilio's error code, where this is an error that has one.
    pub(super) fn error_code(&self) -> Option<u32> {
        #[derive(Deserialize)]
        struct ErrorBody {
            code: u32,
        }
        if self.is_success() { None } else { self.object::<ErrorBody>().map(|body| body.code) }
    }

    /// Twilio's words about an error, for people.
    pub(super) fn message(&self) -> Option<String> {
        #[derive(Deserialize)]
        struct ErrorBody {
            message: String,
        }
        let said = if self.is_success() { None } else { self.object::<ErrorBody>() };
        said.map(|body| body.message.chars().filter(|c| !c.is_control()).take(LONGEST_MESSAGE).collect())
    }

    fn refusal(&self, operation: Operation) -> Refusal {
        Refusal {
            operation,
            http_status: self.http_status,
            code: self.error_code(),
            reached_rate_limit: self.reached_rate_limit,
            retry_after: self.retry_after,
        }
    }
}

impl Lost {
    /// Twilio was asked, or was to be.
    fn on_the_way(certainly_not_sent: bool, cause: String) -> Self {
        Self { certainly_not_sent, kind: FailureKind::Unavailable, retry_after: None, cause }
    }

    /// Twilio was not asked.
    pub(super) fn not_asked(kind: FailureKind, retry_after: Option<Duration>, cause: &str) -> Self {
        Self { certainly_not_sent: true, kind, retry_after, cause: cause.to_owned() }
    }
}

impl From<reqwest::Error> for Lost {
    fn from(error: reqwest::Error) -> Self {
        // Until a connection stands, nothing of the request can have left.
        let certainly_not_sent = error.is_connect() || error.is_builder();
        let error = error.without_url();
        let mut cause = error.to_string();
        let mut source = error.source();
        while let Some(inner) = source {
            cause = format!("{cause}: {inner}");
            source = inner.source();
        }
        Self::on_the_way(certainly_not_sent, cause)
    }
}
