//! Around every request: an id, a log line, a problem where something failed, headers that all answers have.

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
use tracing::{Instrument, Span};
use uuid::Uuid;

use super::answer::error_code::ErrorCode;
use super::answer::fallback::PathTable;
use super::answer::problem::Problem;
use super::answer::rate_limit;
use super::request::{head, unread};
use crate::auth::{Auth, Client, Mode};
use crate::telemetry;
use movable_clock::Clock;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
/// Tells a client that codes are not really sent.
const MODE: HeaderName = HeaderName::from_static("countersign-mode");
/// The detail of a failed CORS preflight.
const PREFLIGHT: &str = "The origin of the page, the method or a header is not allowed. Add the origin to \
    server.allowed_origins, or leave out the method or header.";
/// Longest id of a request that is kept.
const MAX_REQUEST_ID: usize = 128;

/// What every answer carries unless its handler said otherwise. Answers are JSON: nothing in them is to be
/// run, framed or kept.
const HEADERS: [(HeaderName, &str); 4] = [
    (header::CACHE_CONTROL, "no-store"),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::CONTENT_SECURITY_POLICY, "default-src 'none'; frame-ancestors 'none'"),
    (header::REFERRER_POLICY, "no-referrer"),
];

/// The middleware.
///
/// # Errors
/// Whatever went wrong outside the handlers, as a finished answer.
pub async fn context(
    mut request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let request_id = request_id(request.headers());
    let method = request.method().clone();
    let auth = request.app_data::<Data<Auth>>().cloned();
    let dev_clock = auth.as_ref().filter(|auth| auth.mode() == Mode::Dev).map(|auth| auth.clock().clone());
    let unread = unread::keep(&mut request);
    head::as_get(&mut request);
    // Of the highest level, so that it is there whatever the log's level is.
    let span = tracing::error_span!("request", %request_id);
    let trace = telemetry::request(&request_id, |name| header_text(request.headers(), name));
    let ended = trace.clone();
    async move {
        let began = Instant::now();
        let outcome = AssertUnwindSafe(next.call(request)).catch_unwind().await;
        let answered = match outcome {
            Ok(Ok(response)) => Ok(response.map_into_boxed_body()),
            Ok(Err(error)) => Err(HttpResponse::from_error(error)),
            Err(_) => Err(HttpResponse::from_error(Problem::internal("a handler panicked"))),
        };
        match answered {
            Ok(response) => {
                // The pattern, not the path: a path is whatever a client sends.
                let asked = response.request().clone();
                let (request, response) = response.into_parts();
                let mut response = finish(response, &method, &request_id, dev_clock.as_ref());
                if let (Some(auth), Some(client)) = (&auth, request.extensions().get::<Client>()) {
                    auth.tell_of_limits(client);
                    rate_limit::tell(&client.standings, response.headers_mut());
                }
                told(&method, &route(&asked), response.status(), began, auth.as_ref(), &ended);
                let response = response.map_body(|_, body| unread.beside(head::body(&method, body)));
                Ok(ServiceResponse::new(request, response))
            }
            Err(response) => {
                let response = finish(response, &method, &request_id, dev_clock.as_ref());
                told(&method, "none", response.status(), began, auth.as_ref(), &ended);
                let response = response.map_body(|_, body| unread.beside(head::body(&method, body)));
                Err(InternalError::from_response("answered", response).into())
            }
        }
    }
    .instrument(span)
    .instrument(trace)
    .await
}

/// The pattern of a request's path, `none` where nothing stands behind it.
fn route(request: &HttpRequest) -> Cow<'_, str> {
    let table = request.app_data::<Data<PathTable>>();
    match table.filter(|table| table.is_fixed(request.path())) {
        Some(_) => request.path().into(),
        None => request.match_pattern().map_or("none".into(), Cow::Owned),
    }
}

/// Longest method that is logged: longer than any that is registered, and a client can send 100 KiB of letters.
const MAX_METHOD: usize = 20;

/// Counts an answer, writes its line and ends its trace.
fn told(
    method: &Method,
    route: &str,
    status: StatusCode,
    began: Instant,
    auth: Option<&Data<Auth>>,
    trace: &Span,
) {
    if let Some(auth) = auth {
        auth.metrics().request(method.as_str(), route, status.as_str(), began.elapsed());
    }
    let method = Some(method.as_str()).filter(|name| name.len() <= MAX_METHOD).unwrap_or("other");
    telemetry::answered(trace, method, route, status.as_u16());
    let duration_ms = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
    tracing::info!(%method, %route, status = status.as_u16(), duration_ms, "answered");
}

/// The answer as it leaves: a problem where something failed, and the headers of all answers.
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
        // The clock may have been moved: a client that reckons with the server's time must see it (RFC 9110, 6.6.1).
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

/// A header's value, where it is text.
fn header_text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

/// A valid id that the client or a proxy sent is kept, so that logs can be joined.
fn request_id(headers: &HeaderMap) -> String {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-');
    headers
        .get(&REQUEST_ID)
        .and_then(|value| value.to_str().ok())
        .filter(|id| (1..=MAX_REQUEST_ID).contains(&id.len()) && id.bytes().all(allowed))
        .map_or_else(|| Uuid::new_v4().simple().to_string(), str::to_owned)
}

/// Turns whatever has a status of 400 and above into a problem: ours, with the request's id, or the
/// framework's own, by its status. The cause goes to the log here, once.
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
        // A browser asks so before it sends a request (CORS); nothing else has such an answer.
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
    fn only_harmless_request_ids_are_kept() {
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
