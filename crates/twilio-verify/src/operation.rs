//! What is asked of Twilio. The meaning of an error code may depend on it.

use std::time::Duration;

/// The longest that a look-up may take: a person waits in front of a screen, and the code goes out without it.
const LONGEST_LOOK_UP: Duration = Duration::from_secs(3);

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
    /// `GET /v2/PhoneNumbers/{number}` of Lookup: sends nothing, and costs money.
    LookUp,
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
            Self::LookUp => "lookup",
        }
    }

    /// Twilio's name of the API that is asked.
    pub(super) const fn api(self) -> &'static str {
        match self {
            Self::LookUp => "Twilio Lookup",
            _ => "Twilio Verify",
        }
    }

    /// The longest that it may take, where the settings allow `most` to each.
    pub(super) fn longest(self, most: Duration) -> Duration {
        match self {
            Self::LookUp => most.min(LONGEST_LOOK_UP),
            _ => most,
        }
    }
}
