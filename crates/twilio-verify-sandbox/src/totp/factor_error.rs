//! The errors of entities, factors and challenges, with the codes of Twilio's error dictionary (603xx). The
//! dictionary has more of them, which only a fault can answer.

use actix_web::http::StatusCode;

use crate::twilio::error_texts;
use crate::twilio::errors::TwilioError;

/// An error of an entity, a factor or a challenge.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FactorError {
    /// The service has an entity with this identity.
    EntityExists,
    /// The challenge has had the maximum number of answers.
    TooManyAnswers,
    /// The factor has had the maximum number of wrong codes.
    TooManyCodes,
    /// The factor has reached its limit of challenges per hour or day.
    TooManyChallenges,
    /// The entity has the maximum number of factors.
    TooManyFactors,
    /// The entity has a factor with this secret.
    FactorExists,
    /// The factor is not verified.
    FactorUnverified,
    /// The challenge is already approved.
    AlreadyResponded,
    /// The challenge has expired.
    ChallengeExpired,
    /// The entity has reached its limit of new factors per day.
    TooManyNewFactors,
}

impl FactorError {
    fn code(self) -> (u32, StatusCode) {
        match self {
            Self::EntityExists => (60301, StatusCode::CONFLICT),
            Self::TooManyAnswers => (60308, StatusCode::TOO_MANY_REQUESTS),
            Self::TooManyCodes => (60310, StatusCode::TOO_MANY_REQUESTS),
            Self::TooManyChallenges => (60312, StatusCode::TOO_MANY_REQUESTS),
            Self::TooManyFactors => (60315, StatusCode::BAD_REQUEST),
            Self::FactorExists => (60317, StatusCode::CONFLICT),
            Self::FactorUnverified => (60318, StatusCode::FORBIDDEN),
            Self::AlreadyResponded => (60322, StatusCode::FORBIDDEN),
            Self::ChallengeExpired => (60323, StatusCode::FORBIDDEN),
            Self::TooManyNewFactors => (60326, StatusCode::TOO_MANY_REQUESTS),
        }
    }
}

impl From<FactorError> for TwilioError {
    fn from(error: FactorError) -> Self {
        let (code, status) = error.code();
        Self::new(status, code, error_texts::text(code, status))
    }
}

impl TwilioError {
    /// 60300: a required parameter is missing.
    pub(crate) fn missing(name: &str) -> Self {
        Self::new(StatusCode::BAD_REQUEST, 60300, format!("Missing parameter `{name}`"))
    }

    /// 60306: a parameter is invalid. The message omits the value, which can be a secret.
    pub(crate) fn invalid_request(name: &str) -> Self {
        Self::new(StatusCode::BAD_REQUEST, 60306, format!("Invalid request: `{name}`"))
    }

    /// 60314: the secret is not valid Base32.
    pub(crate) fn bad_binding() -> Self {
        let status = StatusCode::BAD_REQUEST;
        Self::new(status, 60314, error_texts::text(60314, status))
    }
}
