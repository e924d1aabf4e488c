//! The errors of entities, factors and challenges: Twilio's codes from 60300 on. Which code belongs to which mistake
//! stands in its error dictionary. It has more of them, which nothing here causes; a fault can answer them.

use actix_web::http::StatusCode;

use crate::twilio::error_texts;
use crate::twilio::errors::TwilioError;

/// Why an entity, a factor or a challenge does not do what it is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FactorRefusal {
    /// The service has an entity of that identity.
    EntityExists,
    /// Too many answers to the challenge were looked at.
    ChallengeAttempts,
    /// Too many codes for the factor were looked at before one was right.
    FactorAttempts,
    /// The factor has had too many challenges for now.
    TooManyChallenges,
    /// The entity has too many factors.
    TooManyFactors,
    /// The entity has a factor of that secret.
    FactorExists,
    /// The factor has not been verified.
    FactorUnverified,
    /// The challenge is approved.
    AlreadyResponded,
    /// The challenge's time is over.
    ChallengeExpired,
    /// The entity has made too many factors for now.
    TooManyNewFactors,
}

impl FactorRefusal {
    fn code(self) -> (u32, StatusCode) {
        match self {
            Self::EntityExists => (60301, StatusCode::CONFLICT),
            Self::ChallengeAttempts => (60308, StatusCode::TOO_MANY_REQUESTS),
            Self::FactorAttempts => (60310, StatusCode::TOO_MANY_REQUESTS),
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

impl From<FactorRefusal> for TwilioError {
    fn from(refusal: FactorRefusal) -> Self {
        let (code, status) = refusal.code();
        Self::new(status, code, error_texts::text(code, status))
    }
}

impl TwilioError {
    /// 60300: a parameter that must be there is not.
    pub(crate) fn missing(name: &str) -> Self {
        Self::new(StatusCode::BAD_REQUEST, 60300, format!("Missing parameter `{name}`"))
    }

    /// 60306: a parameter is not what it must be. Its value is not told: it can be a secret.
    pub(crate) fn invalid_request(name: &str) -> Self {
        Self::new(StatusCode::BAD_REQUEST, 60306, format!("Invalid request: `{name}`"))
    }

    /// 60314: the secret is no Base32.
    pub(crate) fn bad_binding() -> Self {
        let status = StatusCode::BAD_REQUEST;
        Self::new(status, 60314, error_texts::text(60314, status))
    }
}
