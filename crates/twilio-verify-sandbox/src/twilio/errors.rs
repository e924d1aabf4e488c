//! Twilio's errors: the codes of its error dictionary and the shape of its bodies.

use actix_web::http::StatusCode;
use actix_web::http::header::{RETRY_AFTER, WWW_AUTHENTICATE};
use actix_web::{HttpResponse, ResponseError};
use serde::Serialize;

use super::error_texts;
use crate::random::NoRandomness;

/// An error of Twilio's API. The texts resemble Twilio's. Clients should branch on `code`.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct TwilioError {
    code: u32,
    message: String,
    more_info: String,
    status: u16,
    /// Seconds, for the header `Retry-After`.
    #[serde(skip)]
    retry_after: Option<u32>,
    /// The name of the service's rate limit, for the header `Twilio-Reached-Rate-Limit`.
    #[serde(skip)]
    reached: Option<String>,
}

impl TwilioError {
    /// Creates an error. `message` is for people.
    pub(crate) fn new(status: StatusCode, code: u32, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
            more_info: format!("https://www.twilio.com/docs/errors/{code}"),
            status: status.as_u16(),
            retry_after: None,
            reached: None,
        }
    }

    /// Returns Twilio's error code.
    pub(crate) fn code(&self) -> u32 {
        self.code
    }

    /// Creates the error of a fault. `retry_after` is in seconds.
    pub(crate) fn on_purpose(status: StatusCode, code: u32, retry_after: Option<u32>) -> Self {
        Self { retry_after, ..Self::new(status, code, error_texts::text(code, status)) }
    }

    /// 20003: missing or wrong credentials.
    pub(crate) fn unauthorized() -> Self {
        Self::new(StatusCode::UNAUTHORIZED, 20003, "Authenticate")
    }

    /// 20004.
    pub(crate) fn method_not_allowed() -> Self {
        Self::new(StatusCode::METHOD_NOT_ALLOWED, 20004, "Method not allowed")
    }

    /// 20001: a later page without a token (twilio-python's issue 395 shows the answer).
    pub(crate) fn page_token_required() -> Self {
        Self::new(StatusCode::BAD_REQUEST, 20001, "PageToken is required for paging.")
    }

    /// 20404 for a path. On a check, it also means approved, expired or canceled.
    pub(crate) fn not_found(path: &str) -> Self {
        Self::new(StatusCode::NOT_FOUND, 20404, format!("The requested resource {path} was not found"))
    }

    /// 20429 from a rate limit of the service. Its two headers are declared in Twilio's description without their
    /// values; here they are the seconds until a start can pass, and the name of the limit.
    pub(crate) fn rate_limit_reached(name: &str, retry_after: u32) -> Self {
        let error = Self::new(StatusCode::TOO_MANY_REQUESTS, 20429, "Too many requests");
        Self { retry_after: Some(retry_after), reached: Some(name.to_owned()), ..error }
    }

    /// 20500.
    pub(crate) fn internal() -> Self {
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, 20500, "Internal server error")
    }

    /// The body is too large. Twilio documents no code for it; its general codes are 20 and the status.
    pub(crate) fn too_large() -> Self {
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, 20413, "Request entity too large")
    }

    /// The body is not a form. The code is chosen as in [`Self::too_large`].
    pub(crate) fn not_a_form() -> Self {
        let message = "Unsupported media type: send application/x-www-form-urlencoded";
        Self::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, 20415, message)
    }

    /// 60200 with the value, as Twilio answers.
    pub(crate) fn invalid(name: &str, value: &str) -> Self {
        Self::new(StatusCode::BAD_REQUEST, 60200, format!("Invalid parameter `{name}`: {value}"))
    }

    /// 60200 without the value, which is a secret.
    pub(crate) fn invalid_secret(name: &str) -> Self {
        Self::new(StatusCode::BAD_REQUEST, 60200, format!("Invalid parameter: {name}"))
    }

    /// Converts 60200 to 60306, the code for entities, factors and challenges.
    pub(crate) fn of_factors(self) -> Self {
        if self.code == 60200 { Self::new(StatusCode::BAD_REQUEST, 60306, self.message) } else { self }
    }

    /// 60204.
    pub(crate) fn feature_not_enabled(feature: &str) -> Self {
        let message = format!("The feature {feature} is not enabled for this service");
        Self::new(StatusCode::FORBIDDEN, 60204, message)
    }

    /// 60206.
    pub(crate) fn payment_missing() -> Self {
        let message = "`Amount` and `Payee` are required: PSD2 is enabled for this service";
        Self::new(StatusCode::BAD_REQUEST, 60206, message)
    }

    /// 60214.
    pub(crate) fn no_payment_by_call() -> Self {
        Self::new(StatusCode::BAD_REQUEST, 60214, "PSD2 is not supported by the call channel")
    }

    /// 60224.
    pub(crate) fn substitutions_missing() -> Self {
        Self::new(StatusCode::BAD_REQUEST, 60224, "Missing substitutions for selected template")
    }

    /// 60410 with the prefix, as Twilio answers.
    pub(crate) fn fraud_guard(prefix: &str) -> Self {
        let message = format!(
            "The destination phone number has been temporarily blocked by Twilio due to fraudulent activities. \
             {prefix} prefix is blocked for the SMS channel"
        );
        Self::new(StatusCode::FORBIDDEN, 60410, message)
    }

    /// 60207.
    pub(crate) fn too_many_rate_limits() -> Self {
        Self::new(StatusCode::BAD_REQUEST, 60207, "Max rate limits per service reached")
    }

    /// 60208.
    pub(crate) fn unique_name_taken() -> Self {
        Self::new(
            StatusCode::BAD_REQUEST,
            60208,
            "The service already has a rate limit with that `UniqueName`",
        )
    }

    /// 60209.
    pub(crate) fn bad_unique_name() -> Self {
        Self::new(
            StatusCode::BAD_REQUEST,
            60209,
            "`UniqueName` may contain letters, digits, hyphens, dots and underscores",
        )
    }

    /// 60210.
    pub(crate) fn too_many_buckets() -> Self {
        Self::new(StatusCode::BAD_REQUEST, 60210, "Max buckets per rate limit reached")
    }

    /// 60211.
    pub(crate) fn interval_taken() -> Self {
        Self::new(StatusCode::BAD_REQUEST, 60211, "The rate limit already has a bucket with that `Interval`")
    }

    /// 60221.
    pub(crate) fn neither_to_nor_sid() -> Self {
        Self::new(StatusCode::BAD_REQUEST, 60221, "Either `To` or `VerificationSid` is required")
    }

    /// 60411 (the page of the Safe List says that the status is 400).
    pub(crate) fn already_safe_listed() -> Self {
        Self::new(StatusCode::BAD_REQUEST, 60411, "The phone number is already in the Safe List")
    }

    /// 60602.
    pub(crate) fn app_hash_not_sms() -> Self {
        Self::new(StatusCode::BAD_REQUEST, 60602, "`AppHash` is for the sms channel only")
    }

    /// 60606: of Lookup.
    pub(crate) fn package_not_enabled(package: &str) -> Self {
        let message = format!("The account is not enabled for the package {package}");
        Self::new(StatusCode::FORBIDDEN, 60606, message)
    }
}

impl From<NoRandomness> for TwilioError {
    fn from(_: NoRandomness) -> Self {
        Self::internal()
    }
}

impl std::fmt::Display for TwilioError {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // Not the message: it can hold a phone number.
        write!(formatter, "{} {}", self.status, self.code)
    }
}

impl ResponseError for TwilioError {
    fn status_code(&self) -> StatusCode {
        StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    fn error_response(&self) -> HttpResponse {
        let mut response = HttpResponse::build(self.status_code());
        if self.status_code() == StatusCode::UNAUTHORIZED {
            response.insert_header((WWW_AUTHENTICATE, r#"Basic realm="Twilio API""#));
        }
        if let Some(seconds) = self.retry_after {
            response.insert_header((RETRY_AFTER, seconds));
        }
        if let Some(name) = &self.reached {
            response.insert_header(("Twilio-Reached-Rate-Limit", name.as_str()));
        }
        response.json(self)
    }
}
