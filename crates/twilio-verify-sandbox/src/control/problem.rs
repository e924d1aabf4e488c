//! Errors of the control API (RFC 9457).

use actix_web::error::{JsonPayloadError, QueryPayloadError};
use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, ResponseError};
use serde::Serialize;
use serde_json::error::Category;
use utoipa::ToSchema;

/// The kind of problem, for programs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ProblemCode {
    /// The body is not JSON.
    MalformedRequest,
    /// The `Host` header is neither loopback nor an allowed name.
    HostNotAllowed,
    /// The request comes from a page of another site.
    OriginNotAllowed,
    /// The path does not exist.
    NotFound,
    /// No message arrived in time.
    NoMessage,
    /// The maximum number of faults that can still hit exists.
    TooManyFaults,
    /// The path does not support the method.
    MethodNotAllowed,
    /// The body is too large.
    PayloadTooLarge,
    /// The body is not `application/json`.
    UnsupportedMediaType,
    /// A parameter or a member is missing or wrong; `detail` names it.
    ValidationFailed,
    /// The clock moves forward only.
    ClockBackwards,
    /// The clock cannot be moved that far.
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
    /// Always `about:blank`; `code` distinguishes the problems.
    #[serde(rename = "type")]
    #[schema(example = "about:blank")]
    kind: &'static str,
    /// The reason phrase of the status.
    #[schema(example = "Unprocessable Entity")]
    title: &'static str,
    /// The HTTP status.
    #[schema(example = 422)]
    status: u16,
    /// An explanation for people.
    #[schema(example = "`to` is required.")]
    detail: String,
    /// The kind of problem, for programs.
    code: ProblemCode,
}

impl Problem {
    /// Creates a problem with an explanation for people.
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

    /// 422 for a parameter or a member.
    pub(crate) fn invalid(detail: impl Into<String>) -> Self {
        Self::new(ProblemCode::ValidationFailed, detail)
    }

    /// The body is not JSON or does not fit the schema.
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

/// Answers a path that does not exist.
pub(crate) async fn not_found() -> Problem {
    Problem::new(ProblemCode::NotFound, "This path does not exist. GET / lists the paths.")
}

/// Answers a method that a path does not support.
pub(crate) async fn method_not_allowed() -> Problem {
    Problem::new(
        ProblemCode::MethodNotAllowed,
        "This path does not support the method. GET / lists the paths.",
    )
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
