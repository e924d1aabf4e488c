//! The body of every response with a status of 400 and above: an RFC 9457 problem.

use actix_web::body::BoxBody;
use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderValue};
use actix_web::{HttpResponse, ResponseError};
use serde::Serialize;
use utoipa::ToSchema;

use super::challenge::Challenge;
use super::error_code::ErrorCode;
use super::field_error::FieldError;
use crate::auth;

/// An error (RFC 9457). Base decisions on `code`, never on `title` or `detail`.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Problem)]
pub struct ProblemBody {
    /// A URI that identifies the kind of error. It ends with the code.
    #[serde(rename = "type")]
    #[schema(format = "uri", max_length = 100)]
    pub kind: String,
    /// A short summary in English, the same for all errors with this code.
    #[schema(max_length = 200)]
    pub title: &'static str,
    /// The HTTP status.
    #[schema(minimum = 400, maximum = 599)]
    pub status: u16,
    /// What is wrong and what to do, in English. For developers, not for end users.
    #[schema(max_length = 1000)]
    pub detail: String,
    /// The kind of error, for programs.
    pub code: ErrorCode,
    /// The id of the request in the server's log, as in the header `X-Request-Id`.
    #[schema(max_length = 128, pattern = "^[A-Za-z0-9._-]{1,128}$")]
    pub request_id: String,
    /// All invalid fields of the body. Present if `code` is `validation_failed`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, max_items = 50)]
    pub errors: Option<Vec<FieldError>>,
    /// Seconds to wait before the next attempt, as in the header `Retry-After`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, minimum = 1, maximum = 86400)]
    pub retry_after: Option<u32>,
    /// Why the token is not valid. New values may be added to this list: `malformed`, `not_yet_valid`,
    /// `expired`, `spent`, `logged_out`, `session_ended`, `reuse_detected`, `password_changed`,
    /// `phone_changed`, `email_changed`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, max_length = 50, pattern = "^[a-z_]+$")]
    pub reason: Option<&'static str>,
    /// How many attempts to enter the code are left.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, minimum = 0, maximum = 5)]
    pub attempts_left: Option<u32>,
    /// The current state of the challenge.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub challenge: Option<Box<Challenge>>,
}

/// The error of a request. The middleware adds the id of the request and logs the cause.
#[derive(Debug, Clone)]
pub struct Problem {
    /// The body of the response.
    pub body: Box<ProblemBody>,
    /// The header `WWW-Authenticate`, which every 401 must have (RFC 6750, section 3).
    pub www_authenticate: Option<&'static str>,
    /// The header `Allow`, which every 405 must have (RFC 9110, section 15.5.6).
    pub allow: Option<String>,
    /// The cause. It is logged, but never sent.
    pub cause: Option<String>,
}

/// `WWW-Authenticate` if no token was sent. It must not name an error (RFC 6750, section 3.1).
const MISSING_TOKEN: &str = "Bearer";
/// `WWW-Authenticate` if the token is not valid (RFC 6750, section 3.1).
pub(super) const INVALID_TOKEN: &str = "Bearer error=\"invalid_token\"";
/// `WWW-Authenticate` if the code is not verified yet (RFC 9470, section 3).
pub(super) const INSUFFICIENT_AUTHENTICATION: &str = "Bearer error=\"insufficient_user_authentication\", \
    error_description=\"A one-time code is required in addition to the password\"";

impl Problem {
    /// Builds a problem with the default detail of its code.
    pub fn new(code: ErrorCode) -> Self {
        Self::with_detail(code, code.detail())
    }

    /// Builds a problem with its own detail.
    pub fn with_detail(code: ErrorCode, detail: impl Into<String>) -> Self {
        let www_authenticate = (code.status() == StatusCode::UNAUTHORIZED).then_some(MISSING_TOKEN);
        let body = ProblemBody {
            kind: format!("urn:countersign:problem:{}", code.as_str()),
            title: code.title(),
            status: code.status().as_u16(),
            detail: detail.into(),
            code,
            request_id: String::new(),
            errors: None,
            retry_after: None,
            reason: None,
            attempts_left: None,
            challenge: None,
        };
        Self { body: Box::new(body), www_authenticate, allow: None, cause: None }
    }

    /// Builds the problem of a body with invalid fields.
    pub fn validation_failed(errors: Vec<FieldError>) -> Self {
        let mut problem = Self::new(ErrorCode::ValidationFailed);
        problem.body.errors = Some(errors);
        problem
    }

    /// Builds the problem of an unexpected error.
    pub fn internal(cause: impl std::fmt::Display) -> Self {
        Self { cause: Some(cause.to_string()), ..Self::new(ErrorCode::Internal) }
    }

    /// Builds the problem of a database that does not respond or a server that shuts down.
    pub fn not_ready(cause: impl std::fmt::Display, retry_after: u32) -> Self {
        let problem = Self { cause: Some(cause.to_string()), ..Self::new(ErrorCode::NotReady) };
        problem.with_retry_after(Some(retry_after))
    }

    pub(super) fn with_challenge(mut self, challenge: Option<Box<auth::ChallengeView>>) -> Self {
        self.body.challenge = challenge.map(|view| Box::new(Challenge::from(*view)));
        self
    }

    pub(super) fn with_retry_after(mut self, seconds: Option<u32>) -> Self {
        self.body.retry_after = seconds;
        self
    }
}

impl std::fmt::Display for Problem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.body.code.as_str())
    }
}

impl ResponseError for Problem {
    fn status_code(&self) -> StatusCode {
        self.body.code.status()
    }

    /// Passes the problem on to the middleware, which knows the id of the request and writes the body.
    fn error_response(&self) -> HttpResponse {
        let mut response = HttpResponse::new(self.status_code());
        response.extensions_mut().insert(self.clone());
        response
    }
}

impl Problem {
    /// Writes the problem into a response. Keeps its other headers, because a browser needs those of CORS.
    pub fn write(mut self, response: HttpResponse, request_id: &str) -> HttpResponse {
        self.body.request_id = request_id.to_owned();
        let json = serde_json::to_string(&self.body).unwrap_or_default();
        let mut response = response.set_body(BoxBody::new(json));
        *response.status_mut() = self.status_code();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        if let Some(challenge) = self.www_authenticate {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static(challenge));
        }
        if let Some(methods) = self.allow.as_deref().and_then(|allow| HeaderValue::from_str(allow).ok()) {
            headers.insert(header::ALLOW, methods);
        }
        if let Some(seconds) = self.body.retry_after {
            headers.insert(header::RETRY_AFTER, seconds.into());
        }
        response
    }
}
