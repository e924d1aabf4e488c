//! What is asked of Twilio. The meaning of an error code may depend on it.

/// One of the requests that this client makes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Operation {
    /// `POST /v2/Services/{VA}/Verifications`: sends a code, and costs money.
    Start,
    /// `POST /v2/Services/{VA}/VerificationCheck`: one guess.
    Check,
    /// `POST /v2/Services/{VA}/Verifications/{VE}` with `Status=canceled`.
    Cancel,
    /// `POST /v2/Services`.
    CreateService,
    /// `GET /v2/Services/{VA}`: sends nothing and changes nothing.
    FetchService,
}

impl Operation {
    /// The name in log lines.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Start => "start",
            Self::Check => "check",
            Self::Cancel => "cancel",
            Self::CreateService => "create_service",
            Self::FetchService => "fetch_service",
        }
    }
}
