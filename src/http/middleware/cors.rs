//! CORS: which web pages may call the API from a browser. By default none.

use actix_cors::Cors;
use actix_web::http::{Method, header};

/// How long a browser may cache the response to a preflight, in seconds. This is the maximum that Chromium
/// accepts.
const MAX_AGE: usize = 7200;

/// Builds the middleware. It compares origins exactly. Credentials are not allowed, because tokens travel in
/// a header.
pub fn cors(allowed_origins: &[String]) -> Cors {
    let base = Cors::default()
        .allowed_methods([Method::GET, Method::POST, Method::PUT, Method::PATCH, Method::DELETE])
        .allowed_headers([header::AUTHORIZATION, header::CONTENT_TYPE, header::ACCEPT_LANGUAGE])
        .allowed_headers(["x-request-id", "traceparent", "tracestate"])
        .expose_headers(["retry-after", "ratelimit", "ratelimit-policy", "x-request-id"])
        .expose_headers(["www-authenticate", "location", "countersign-mode"])
        .block_on_origin_mismatch(false)
        .max_age(MAX_AGE);
    allowed_origins.iter().fold(base, |cors, origin| cors.allowed_origin(origin))
}
