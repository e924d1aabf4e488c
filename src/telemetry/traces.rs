//! OpenTelemetry traces, sent with OTLP over HTTP from a separate thread. Only spans with the target `traces`
//! are sent, never log lines, so they contain no addresses and no personal data.

use std::collections::HashMap;
use std::fmt;
use std::time::Duration;

use opentelemetry::context::FutureExt;
use opentelemetry::propagation::TextMapPropagator;
use opentelemetry::trace::{TraceContextExt, TracerProvider};
use opentelemetry_otlp::{Protocol, SpanExporter, WithExportConfig, WithHttpConfig};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::propagation::TraceContextPropagator;
use opentelemetry_sdk::trace::SdkTracerProvider;
use reqwest::blocking::Client;
use reqwest::redirect::Policy;
use tracing::field::Empty;
use tracing::{Instrument, Level, Span, Subscriber};
use tracing_opentelemetry::OpenTelemetrySpanExt;
use tracing_subscriber::Layer;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::registry::LookupSpan;

/// The target of the spans that are sent.
const TARGET: &str = "traces";
/// The timeout of sending a batch.
const TIMEOUT: Duration = Duration::from_secs(5);
/// The timeout of sending the last batch when the program ends.
const SHUTDOWN_TIMEOUT: Duration = Duration::from_secs(2);

/// Sends traces until it is dropped. Dropping it sends the last batch.
pub struct Traces(SdkTracerProvider);

/// Traces cannot be sent.
#[derive(Debug)]
pub struct InvalidTraces(String);

impl Traces {
    /// Prepares sending to a collector, such as `http://127.0.0.1:4318`. Returns `None` if `endpoint` is
    /// empty. Does not connect yet.
    ///
    /// # Errors
    /// If `endpoint` is not a URL, or TLS cannot be set up.
    pub fn start(endpoint: &str) -> Result<Option<Self>, InvalidTraces> {
        if endpoint.is_empty() {
            return Ok(None);
        }
        let failed = |error: &dyn fmt::Display| InvalidTraces(error.to_string());
        let encrypted = endpoint.starts_with("https:");
        // On a separate thread: building a blocking client panics inside an async runtime.
        let built = std::thread::spawn(move || client(encrypted)).join();
        let client =
            built.map_err(|_| failed(&"the client could not be built"))?.map_err(|error| failed(&error))?;
        let exporter = SpanExporter::builder()
            .with_http()
            .with_http_client(client)
            .with_protocol(Protocol::HttpBinary)
            .with_endpoint(format!("{}/v1/traces", endpoint.trim_end_matches('/')))
            .with_timeout(TIMEOUT)
            .build()
            .map_err(|error| failed(&error))?;
        let version = opentelemetry::KeyValue::new("service.version", env!("CARGO_PKG_VERSION"));
        let resource = Resource::builder().with_service_name("countersign").with_attribute(version).build();
        let provider =
            SdkTracerProvider::builder().with_resource(resource).with_batch_exporter(exporter).build();
        Ok(Some(Self(provider)))
    }

    /// Returns the layer that collects spans.
    pub(super) fn layer<S>(&self) -> impl Layer<S> + use<S>
    where
        S: Subscriber + for<'span> LookupSpan<'span>,
    {
        tracing_opentelemetry::layer()
            .with_tracer(self.0.tracer("countersign"))
            .with_location(false)
            .with_threads(false)
            .with_target(false)
            .with_tracked_inactivity(false)
            .with_filter(Targets::new().with_target(TARGET, Level::INFO))
    }
}

impl Drop for Traces {
    fn drop(&mut self) {
        // The log has ended, so a failure cannot be reported.
        let _ = self.0.shutdown_with_timeout(SHUTDOWN_TIMEOUT);
    }
}

impl fmt::Display for InvalidTraces {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for InvalidTraces {}

fn client(encrypted: bool) -> Result<Client, reqwest::Error> {
    let builder = Client::builder().timeout(TIMEOUT).redirect(Policy::none());
    // Reading the system's root certificates is slow, and fails if there are none. Plain http needs none.
    if encrypted { builder.https_only(true).build() } else { builder.tls_certs_only([]).build() }
}

/// Returns the span of a request. The span of the log goes inside it. Continues the caller's trace
/// ([W3C Trace Context](https://www.w3.org/TR/trace-context/)). `header` returns the value of a header.
pub fn request<'h>(request_id: &str, header: impl Fn(&str) -> Option<&'h str>) -> Span {
    let span = tracing::info_span!(
        target: TARGET,
        "request",
        otel.kind = "server",
        otel.status_code = Empty,
        request_id,
        http.request.method = Empty,
        http.route = Empty,
        http.response.status_code = Empty,
    );
    if !span.is_disabled() && header("traceparent").is_some() {
        let named = ["traceparent", "tracestate"].map(|name| (name.to_owned(), header(name)));
        let carrier: HashMap<String, String> =
            named.into_iter().filter_map(|(name, value)| Some((name, value?.to_owned()))).collect();
        // Fails only if the span has already begun.
        let _ = span.set_parent(TraceContextPropagator::new().extract(&carrier));
    }
    span
}

/// Keeps work that runs in its own task under the request that started it, in the log and in the trace.
pub fn carried<F: Future>(work: F) -> impl Future<Output = F::Output> + use<F> {
    work.in_current_span().with_current_context()
}

/// Records a request's answer in its span. `route` is the pattern, never the path.
pub fn answered(span: &Span, method: &str, route: &str, status: u16) {
    if span.is_disabled() {
        return;
    }
    // After a span has begun, its name can only be changed here.
    span.context().span().update_name(format!("{method} {route}"));
    span.record("http.request.method", method);
    span.record("http.route", route);
    span.record("http.response.status_code", status);
    if status >= 500 {
        span.record("otel.status_code", "ERROR");
    }
}
