//! Reads and parses the body of a request.

use std::time::Duration;

use actix_web::dev::Payload;
use actix_web::http::header::{self, HeaderName};
use actix_web::{HttpRequest, web};
use futures_util::StreamExt;

use super::fields::Fields;
use crate::auth::{Auth, Policy};
use crate::http::answer::error_code::ErrorCode;
use crate::http::answer::problem::Problem;

/// The maximum size of a body, in bytes. The largest body that makes sense has about 1 KiB.
pub const MAX_BODY: usize = 16 * 1024;
/// How long a body may take to arrive. actix-web limits only the time for the head.
const BODY_TIMEOUT: Duration = Duration::from_secs(10);

/// What parsing a body depends on, besides the body.
pub struct ParseContext<'a> {
    /// What this server allows.
    pub policy: &'a Policy,
    /// The header `Accept-Language`.
    pub accept_language: Option<&'a str>,
}

/// A type that is parsed field by field, so that all errors are reported at once.
pub trait FromFields: Sized {
    /// Whether an empty body counts as an empty object.
    const OPTIONAL: bool = false;
    /// Whether parsing takes so long that it must run on a hashing thread.
    const SLOW: bool = false;

    /// Takes its fields. Returns `None` after noting an error.
    fn from_fields(fields: &mut Fields, context: &ParseContext<'_>) -> Option<Self>;
}

/// The body that a handler expects.
pub trait Body: Sized {
    /// Reads the body of a request.
    ///
    /// # Errors
    /// The response to a body that cannot be read or parsed.
    fn read(
        request: &HttpRequest,
        payload: Payload,
        auth: &Auth,
    ) -> impl Future<Output = Result<Self, Problem>>;
}

/// No body. If there is one, it is ignored.
pub struct NoBody;

impl Body for NoBody {
    async fn read(_: &HttpRequest, _: Payload, _: &Auth) -> Result<Self, Problem> {
        Ok(Self)
    }
}

/// A JSON object, parsed as a `T`.
pub struct Json<T>(pub T);

impl<T: FromFields + Send + 'static> Body for Json<T> {
    async fn read(request: &HttpRequest, payload: Payload, auth: &Auth) -> Result<Self, Problem> {
        let is_json = is_json(request);
        if !is_json && !T::OPTIONAL {
            return Err(Problem::new(ErrorCode::UnsupportedMediaType));
        }
        let bytes =
            tokio::time::timeout(BODY_TIMEOUT, collect(request, payload)).await.unwrap_or_else(|_| {
                let detail = "The body did not arrive within 10 seconds. Try again.";
                Err(Problem::with_detail(ErrorCode::MalformedRequest, detail))
            })?;
        let mut fields = if bytes.is_empty() && T::OPTIONAL {
            Fields::empty()
        } else if is_json {
            parse_object(&bytes)?
        } else {
            return Err(Problem::new(ErrorCode::UnsupportedMediaType));
        };
        let policy = auth.policy().clone();
        let language = header_text(request, &header::ACCEPT_LANGUAGE).map(str::to_owned);
        let parse = move || {
            let context = ParseContext { policy: &policy, accept_language: language.as_deref() };
            let value = T::from_fields(&mut fields, &context);
            fields.finish(value)
        };
        let parsed = if T::SLOW { auth.run_blocking(parse).await? } else { parse() };
        parsed.map(Self)
    }
}

fn parse_object(json: &[u8]) -> Result<Fields, Problem> {
    Fields::parse(json).map_err(|error| {
        let detail = format!(
            "The body is not a JSON object with unique names (line {}, column {}). Correct it.",
            error.line(),
            error.column()
        );
        Problem::with_detail(ErrorCode::MalformedRequest, detail)
    })
}

/// Returns the value of a header if it is plain text.
pub(super) fn header_text<'a>(request: &'a HttpRequest, name: &HeaderName) -> Option<&'a str> {
    request.headers().get(name).and_then(|value| value.to_str().ok())
}

fn is_json(request: &HttpRequest) -> bool {
    let value = header_text(request, &header::CONTENT_TYPE);
    let essence = value.and_then(|value| value.split(';').next()).unwrap_or_default().trim();
    essence.eq_ignore_ascii_case("application/json")
}

/// Reads a payload of at most [`MAX_BODY`] bytes.
async fn collect(request: &HttpRequest, mut payload: Payload) -> Result<web::BytesMut, Problem> {
    let declared = header_text(request, &header::CONTENT_LENGTH);
    if declared.and_then(|length| length.parse::<usize>().ok()).is_some_and(|length| length > MAX_BODY) {
        return Err(Problem::new(ErrorCode::PayloadTooLarge));
    }
    let mut body = web::BytesMut::new();
    while let Some(chunk) = payload.next().await {
        let chunk = chunk.map_err(|_| {
            let detail = "The body did not arrive completely. Try again.";
            Problem::with_detail(ErrorCode::MalformedRequest, detail)
        })?;
        if body.len() + chunk.len() > MAX_BODY {
            return Err(Problem::new(ErrorCode::PayloadTooLarge));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}
