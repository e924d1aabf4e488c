//! Errors of everything but Twilio's wire: RFC 9457.

use actix_web::error::{JsonPayloadError, QueryPayloadError};
use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, ResponseError};
use serde::Serialize;
use serde_json::error::Category;
use utoipa::ToSchema;

/// What went wrong, for programs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ProblemCode {
    /// The body is not JSON.
    MalformedRequest,
    /// The `Host` header names neither loopback nor an allowed host.
    HostNotAllowed,
    /// A page of another site sent this.
    OriginNotAllowed,
    /// There is no such path.
    NotFound,
    /// No message came in time.
    NoMessage,
    /// As many faults as there may be wait for a request.
    TooManyFaults,
    /// The path knows no such method.
    MethodNotAllowed,
    /// The body is too large.
    PayloadTooLarge,
    /// The body is not `application/json`.
    UnsupportedMediaType,
    /// A parameter or a member is missing or wrong; `detail` names it.
    ValidationFailed,
    /// Time goes forward only.
    ClockBackwards,
    /// More than the clock can be moved.
    ClockTooFar,
}

impl ProblemCode {
    fn status(self) -> StatusCode {
        match self {
            Self::MalformedRequest => StatusCode::BAD_REQUEST,
            Self::HostNotAllowed | Self::OriginNotAllowed => StatusCode::FORBIDDEN,
            Self::NotFound | Self::NoMessage => StatusCode::NOT_FOUND,
            Self::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
            Self::TooManyFaults => StatusCode::CONFLICT,
            Self::PayloadTooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::UnsupportedMediaType => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::ValidationFailed | Self::ClockBackwards | Self::ClockTooFar => {
                StatusCode::UNPROCESSABLE_ENTITY
            }
        }
    }
}

/// An error as `application/problem+json` (RFC 9457).
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Problem {
    /// Always `about:blank`: `code` tells the problems apart.
    #[serde(rename = "type")]
    #[schema(example = "about:blank")]
    kind: &'static str,
    /// The status in words.
    #[schema(example = "Unprocessable Entity")]
    title: &'static str,
    /// The HTTP status.
    #[schema(example = 422)]
    status: u16,
    /// For people.
    #[schema(example = "`to` is required.")]
    detail: String,
    /// For programs.
    code: ProblemCode,
}

impl Problem {
    /// A problem with a sentence for people.
    pub(crate) fn new(code: ProblemCode, detail: impl Into<String>) -> Self {
        let status = code.status();
        Self {
            kind: "about:blank",
            title: status.canonical_reason().unwrap_or_default(),
            status: status.as_u16(),
            detail: detail.into(),
            code,
        }
    }

    /// 422 about a parameter or a member.
    pub(crate) fn invalid(detail: impl Into<String>) -> Self {
        Self::new(ProblemCode::ValidationFailed, detail)
    }

    /// The body is no JSON, or not the JSON that is wanted.
    pub(crate) fn from_json(error: &JsonPayloadError) -> Self {
        match error {
            JsonPayloadError::ContentType => Self::not_json(),
            JsonPayloadError::Overflow { .. } | JsonPayloadError::OverflowKnownLength { .. } => {
                Self::new(ProblemCode::PayloadTooLarge, "The body is too large.")
            }
            JsonPayloadError::Deserialize(error) if error.classify() == Category::Data => {
                Self::invalid(error.to_string())
            }
            _ => Self::new(ProblemCode::MalformedRequest, "The body is not JSON."),
        }
    }

    /// The query has a parameter of the wrong type.
    pub(crate) fn from_query(error: &QueryPayloadError) -> Self {
        Self::invalid(error.to_string())
    }

    /// 415.
    pub(crate) fn not_json() -> Self {
        Self::new(ProblemCode::UnsupportedMediaType, "Send application/json.")
    }
}

/// The answer to a path that does not exist.
pub(crate) async fn not_found() -> Problem {
    Problem::new(ProblemCode::NotFound, "There is nothing here; GET / lists what there is.")
}

/// The answer to a method that a path does not know.
pub(crate) async fn method_not_allowed() -> Problem {
    Problem::new(ProblemCode::MethodNotAllowed, "This path knows no such method; GET / lists what there is.")
}

impl std::fmt::Display for Problem {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{} {:?}", self.status, self.code)
    }
}

impl ResponseError for Problem {
    fn status_code(&self) -> StatusCode {
        self.code.status()
    }

    fn error_response(&self) -> HttpResponse {
        let body = serde_json::to_string(self).unwrap_or_default();
        HttpResponse::build(self.status_code()).content_type("application/problem+json").body(body)
    }
}

impl actix_web::Responder for Problem {
    type Body = actix_web::body::BoxBody;

    fn respond_to(self, _: &HttpRequest) -> HttpResponse {
        self.error_response()
    }
}
