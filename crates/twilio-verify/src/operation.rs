//! The operations of the client. The meaning of an error code can depend on the operation.

use std::time::Duration;

/// The maximum timeout of a look-up. A user is waiting, and a code can be sent without it.
const MAX_LOOK_UP_TIMEOUT: Duration = Duration::from_secs(3);

/// An operation of the client.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Operation {
    /// `POST /v2/Services/{VA}/Verifications`: sends a code. Costs money.
    Start,
    /// `POST /v2/Services/{VA}/VerificationCheck`: checks a code. Counts as one attempt.
    Check,
    /// `POST /v2/Services/{VA}/Verifications/{VE}` with `Status=canceled`: cancels a verification.
    Cancel,
    /// `POST /v2/Services`: creates a Verify service.
    CreateService,
    /// `GET /v2/Services/{VA}`: fetches the Verify service. Changes nothing.
    FetchService,
    /// `GET /v2/PhoneNumbers/{number}` of Lookup: looks up a line type. Costs money.
    LookUp,
}

impl Operation {
    /// Returns the name in log lines.
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

    /// Returns the name of the API.
    pub(super) const fn api(self) -> &'static str {
        match self {
            Self::LookUp => "Twilio Lookup",
            _ => "Twilio Verify",
        }
    }

    /// Returns the timeout of the operation. `total_timeout` is that of the settings.
    pub(super) fn timeout(self, total_timeout: Duration) -> Duration {
        match self {
            Self::LookUp => total_timeout.min(MAX_LOOK_UP_TIMEOUT),
            _ => total_timeout,
        }
    }
}
