//! The outermost middleware: ids, logs, metrics and traces of requests; errors and common headers of
//! responses.

use std::borrow::Cow;
use std::panic::AssertUnwindSafe;
use std::time::Instant;

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::error::InternalError;
use actix_web::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use actix_web::http::{Method, StatusCode};
use actix_web::middleware::Next;
use actix_web::web::Data;
use actix_web::{Error, HttpMessage, HttpRequest, HttpResponse};
use futures_util::FutureExt;
use movable_clock::Clock;
use tracing::{Instrument, Span};
use uuid::Uuid;

use super::head_requests;
use super::unread_body::BodyHandle;
use crate::auth::{Auth, Client, Mode};
use crate::http::answer::error_code::ErrorCode;
use crate::http::answer::problem::Problem;
use crate::http::answer::rate_limit_headers;
use crate::http::default_service::PathTable;
use crate::telemetry;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
/// Tells clients that this server does not send codes to real phones.
const MODE: HeaderName = HeaderName::from_static("countersign-mode");
/// The detail of a failed CORS preflight.
const PREFLIGHT: &str = "The origin of the page, the method or a header is not allowed. Add the origin to \
    server.allowed_origins, or leave out the method or header.";
/// The maximum length of a client's request id.
const MAX_REQUEST_ID: usize = 128;
/// The maximum length of a method in the log. Longer than all registered methods; a client can send up to 100
/// KiB.
const MAX_METHOD: usize = 20;

/// The headers of every response, unless its handler has set them. Responses are JSON and must not be
/// executed, framed or cached.
const HEADERS: [(HeaderName, &str); 4] = [
    (header::CACHE_CONTROL, "no-store"),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::CONTENT_SECURITY_POLICY, "default-src 'none'; frame-ancestors 'none'"),
    (header::REFERRER_POLICY, "no-referrer"),
];

/// Handles a request and finishes its response.
///
/// # Errors
/// The finished response to an error outside the handlers.
pub async fn context(
    mut request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let request_id = request_id(request.headers());
    let method = request.method().clone();
    let auth = request.app_data::<Data<Auth>>().cloned();
    let dev_clock = auth.as_ref().filter(|auth| auth.mode() == Mode::Dev).map(|auth| auth.clock().clone());
    let body_handle = BodyHandle::keep(&mut request);
    head_requests::route_as_get(&mut request);
    // At the level error, so that the span exists at every log level.
    let span = tracing::error_span!("request", %request_id);
    let trace = telemetry::request(&request_id, |name| header_text(request.headers(), name));
    let request_trace = trace.clone();
    async move {
        let started = Instant::now();
        let outcome = AssertUnwindSafe(next.call(request)).catch_unwind().await;
        let result = match outcome {
            Ok(Ok(response)) => Ok(response.map_into_boxed_body()),
            Ok(Err(error)) => Err(HttpResponse::from_error(error)),
            Err(_) => Err(HttpResponse::from_error(Problem::internal("a handler panicked"))),
        };
        match result {
            Ok(response) => {
                let routed = response.request().clone();
                let (request, response) = response.into_parts();
                let mut response = finish(response, &method, &request_id, dev_clock.as_ref());
                if let (Some(auth), Some(client)) = (&auth, request.extensions().get::<Client>()) {
                    auth.report_limits(client);
                    rate_limit_headers::insert(&client.limits, response.headers_mut());
                }
                record(&method, &route(&routed), response.status(), started, auth.as_ref(), &request_trace);
                let response =
                    response.map_body(|_, body| body_handle.tie_to(head_requests::body_for(&method, body)));
                Ok(ServiceResponse::new(request, response))
            }
            Err(response) => {
                let response = finish(response, &method, &request_id, dev_clock.as_ref());
                record(&method, "none", response.status(), started, auth.as_ref(), &request_trace);
                let response =
                    response.map_body(|_, body| body_handle.tie_to(head_requests::body_for(&method, body)));
                Err(InternalError::from_response("answered", response).into())
            }
        }
    }
    .instrument(span)
    .instrument(trace)
    .await
}

/// Returns the pattern of a request's path, or `none` if it matches no route. Unlike the path, a client
/// cannot choose it.
fn route(request: &HttpRequest) -> Cow<'_, str> {
    let table = request.app_data::<Data<PathTable>>();
    match table.filter(|table| table.is_fixed(request.path())) {
        Some(_) => request.path().into(),
        None => request.match_pattern().map_or("none".into(), Cow::Owned),
    }
}

/// Records a response in the metrics, the trace and the log.
fn record(
    method: &Method,
    route: &str,
    status: StatusCode,
    started: Instant,
    auth: Option<&Data<Auth>>,
    trace: &Span,
) {
    if let Some(auth) = auth {
        auth.metrics().request(method.as_str(), route, status.as_str(), started.elapsed());
    }
    let method = Some(method.as_str()).filter(|name| name.len() <= MAX_METHOD).unwrap_or("other");
    telemetry::answered(trace, method, route, status.as_u16());
    let duration_ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
    tracing::info!(%method, %route, status = status.as_u16(), duration_ms, "answered");
}

/// Finishes a response: writes its problem if there is one, and adds the common headers.
fn finish(
    response: HttpResponse,
    method: &Method,
    request_id: &str,
    dev_clock: Option<&Clock>,
) -> HttpResponse {
    let mut response = as_problem(response, method, request_id);
    let headers = response.headers_mut();
    for (name, value) in HEADERS {
        if !headers.contains_key(&name) {
            headers.insert(name, HeaderValue::from_static(value));
        }
    }
    if let Some(clock) = dev_clock {
        headers.insert(MODE, HeaderValue::from_static("dev"));
        // The clock of `dev` can be moved. Clients that compute with the server's time need its value (RFC
        // 9110, 6.6.1).
        let date = clock.now().format("%a, %d %b %Y %H:%M:%S GMT").to_string();
        if let Ok(date) = HeaderValue::from_str(&date) {
            headers.insert(header::DATE, date);
        }
    }
    if let Ok(value) = HeaderValue::from_str(request_id) {
        headers.insert(REQUEST_ID, value);
    }
    response
}

/// Returns the value of a header if it is text.
fn header_text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

/// Returns the id of a request. Keeps a valid id from the client or a proxy, so that their logs can be
/// correlated.
fn request_id(headers: &HeaderMap) -> String {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-');
    headers
        .get(&REQUEST_ID)
        .and_then(|value| value.to_str().ok())
        .filter(|id| (1..=MAX_REQUEST_ID).contains(&id.len()) && id.bytes().all(allowed))
        .map_or_else(|| Uuid::new_v4().simple().to_string(), str::to_owned)
}

/// Writes a problem into every response with a status of 400 and above, and logs its cause. The status
/// decides which problem if the response comes from the framework.
fn as_problem(mut response: HttpResponse, method: &Method, request_id: &str) -> HttpResponse {
    if response.status().as_u16() < 400 {
        return response;
    }
    let problem = response.extensions_mut().remove::<Problem>();
    let status = response.status().as_u16();
    let problem = problem.unwrap_or_else(|| match status {
        401 => Problem::new(ErrorCode::MissingToken),
        404 => Problem::new(ErrorCode::NotFound),
        405 => Problem::new(ErrorCode::MethodNotAllowed),
        413 => Problem::new(ErrorCode::PayloadTooLarge),
        415 => Problem::new(ErrorCode::UnsupportedMediaType),
        // Only a failed CORS preflight has this status.
        400 if method == Method::OPTIONS => Problem::with_detail(ErrorCode::MalformedRequest, PREFLIGHT),
        400..=499 => Problem::with_detail(
            ErrorCode::MalformedRequest,
            "The request could not be parsed. Check its syntax.",
        ),
        _ => Problem::internal(format!("the framework answered {status}")),
    });
    if let Some(cause) = &problem.cause {
        tracing::error!(code = problem.body.code.as_str(), %cause, "a request failed");
    }
    problem.write(response, request_id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_valid_request_ids_are_kept() {
        let id = |sent: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert(REQUEST_ID, HeaderValue::from_static(sent));
            request_id(&headers)
        };
        assert_eq!(id("abc-123_X.y"), "abc-123_X.y");
        for bad in ["", "a b", "a\"b", "a{b"] {
            assert_ne!(id(bad), bad);
        }
        assert_ne!(request_id(&HeaderMap::new()), request_id(&HeaderMap::new()));
    }
}
