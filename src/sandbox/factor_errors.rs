//! The errors of entities, factors and challenges: Twilio's codes from 60300 on. Which code belongs to which mistake
//! stands in its error dictionary, and so do the numbers that the texts name.

use actix_web::http::StatusCode;

use super::errors::TwilioError;

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
    fn told(self) -> (u32, StatusCode, &'static str) {
        match self {
            Self::EntityExists => (60301, StatusCode::CONFLICT, "Entity already exists"),
            Self::ChallengeAttempts => {
                (60308, StatusCode::TOO_MANY_REQUESTS, "Challenge verification attempts limit reached")
            }
            Self::FactorAttempts => {
                (60310, StatusCode::TOO_MANY_REQUESTS, "Factor verification attempts reached")
            }
            Self::TooManyChallenges => {
                (60312, StatusCode::TOO_MANY_REQUESTS, "Challenge creation limit reached")
            }
            Self::TooManyFactors => {
                (60315, StatusCode::BAD_REQUEST, "Reached max limit of 100 totp factors per entity")
            }
            Self::FactorExists => (60317, StatusCode::CONFLICT, "Factor already exists"),
            Self::FactorUnverified => (60318, StatusCode::FORBIDDEN, "Factor is unverified"),
            Self::AlreadyResponded => (60322, StatusCode::FORBIDDEN, "Challenge already responded"),
            Self::ChallengeExpired => (60323, StatusCode::FORBIDDEN, "Challenge expired"),
            Self::TooManyNewFactors => {
                (60326, StatusCode::TOO_MANY_REQUESTS, "Too many requests to create factors for the entity")
            }
        }
    }
}

impl From<FactorRefusal> for TwilioError {
    fn from(refusal: FactorRefusal) -> Self {
        let (code, status, message) = refusal.told();
        Self::new(status, code, message)
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
        Self::new(StatusCode::BAD_REQUEST, 60314, "Factor's binding format is invalid")
    }
}
