//! Twilio's operations that the sandbox offers: those of Verify v2, and one of Lookup v2.

use std::fmt;

use actix_web::http::Method;
use serde::{Serialize, Serializer};
use utoipa::ToSchema;

/// One of Twilio's APIs. At Twilio each has its own host.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Api {
    /// Verify v2, at `verify.twilio.com`.
    Verify,
    /// Lookup v2, at `lookups.twilio.com`.
    Lookups,
}

macro_rules! operations {
    ($($name:ident: $method:ident $path:literal;)*) => {
        /// An operation of Twilio's API that the sandbox offers, with the name that it has in Twilio's OpenAPI
        /// description.
        ///
        /// ```
        /// use twilio_verify_sandbox::Operation;
        ///
        /// let start = Operation::CreateVerification;
        /// assert_eq!(start.name(), "CreateVerification");
        /// assert_eq!(start.method(), "POST");
        /// assert_eq!(start.path(), "/v2/Services/{ServiceSid}/Verifications");
        /// assert_eq!(Operation::named("CreateVerification"), Some(start));
        /// ```
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum Operation {
            $(#[doc = concat!("`", stringify!($method), " /v2", $path, "`")] $name,)*
        }

        impl Operation {
            /// Every operation. Those of one path are next to each other; if two paths match a request, the first
            /// one wins.
            pub const ALL: &'static [Self] = &[$(Self::$name),*];

            /// Returns the name in Twilio's OpenAPI description.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$name => stringify!($name),)* }
            }

            /// Returns the HTTP method.
            pub const fn method(self) -> &'static str {
                match self { $(Self::$name => stringify!($method),)* }
            }

            /// Returns the path with its parameters in braces, as in Twilio's description.
            pub const fn path(self) -> &'static str {
                match self { $(Self::$name => concat!("/v2", $path),)* }
            }

            /// Returns the HTTP method as actix-web has it.
            pub(crate) const fn http_method(self) -> Method {
                match self { $(Self::$name => Method::$method,)* }
            }
        }
    };
}

operations! {
    ListService: GET "/Services";
    CreateService: POST "/Services";
    FetchService: GET "/Services/{Sid}";
    UpdateService: POST "/Services/{Sid}";
    DeleteService: DELETE "/Services/{Sid}";
    CreateVerification: POST "/Services/{ServiceSid}/Verifications";
    FetchVerification: GET "/Services/{ServiceSid}/Verifications/{Sid}";
    UpdateVerification: POST "/Services/{ServiceSid}/Verifications/{Sid}";
    CreateVerificationCheck: POST "/Services/{ServiceSid}/VerificationCheck";
    ListRateLimit: GET "/Services/{ServiceSid}/RateLimits";
    CreateRateLimit: POST "/Services/{ServiceSid}/RateLimits";
    FetchRateLimit: GET "/Services/{ServiceSid}/RateLimits/{Sid}";
    UpdateRateLimit: POST "/Services/{ServiceSid}/RateLimits/{Sid}";
    DeleteRateLimit: DELETE "/Services/{ServiceSid}/RateLimits/{Sid}";
    ListBucket: GET "/Services/{ServiceSid}/RateLimits/{RateLimitSid}/Buckets";
    CreateBucket: POST "/Services/{ServiceSid}/RateLimits/{RateLimitSid}/Buckets";
    FetchBucket: GET "/Services/{ServiceSid}/RateLimits/{RateLimitSid}/Buckets/{Sid}";
    UpdateBucket: POST "/Services/{ServiceSid}/RateLimits/{RateLimitSid}/Buckets/{Sid}";
    DeleteBucket: DELETE "/Services/{ServiceSid}/RateLimits/{RateLimitSid}/Buckets/{Sid}";
    ListVerificationTemplate: GET "/Templates";
    ListEntity: GET "/Services/{ServiceSid}/Entities";
    CreateEntity: POST "/Services/{ServiceSid}/Entities";
    FetchEntity: GET "/Services/{ServiceSid}/Entities/{Identity}";
    DeleteEntity: DELETE "/Services/{ServiceSid}/Entities/{Identity}";
    ListFactor: GET "/Services/{ServiceSid}/Entities/{Identity}/Factors";
    CreateNewFactor: POST "/Services/{ServiceSid}/Entities/{Identity}/Factors";
    FetchFactor: GET "/Services/{ServiceSid}/Entities/{Identity}/Factors/{Sid}";
    UpdateFactor: POST "/Services/{ServiceSid}/Entities/{Identity}/Factors/{Sid}";
    DeleteFactor: DELETE "/Services/{ServiceSid}/Entities/{Identity}/Factors/{Sid}";
    ListChallenge: GET "/Services/{ServiceSid}/Entities/{Identity}/Challenges";
    CreateChallenge: POST "/Services/{ServiceSid}/Entities/{Identity}/Challenges";
    FetchChallenge: GET "/Services/{ServiceSid}/Entities/{Identity}/Challenges/{Sid}";
    UpdateChallenge: POST "/Services/{ServiceSid}/Entities/{Identity}/Challenges/{Sid}";
    ListVerificationAttempt: GET "/Attempts";
    FetchVerificationAttemptsSummary: GET "/Attempts/Summary";
    FetchVerificationAttempt: GET "/Attempts/{Sid}";
    CreateSafelist: POST "/SafeList/Numbers";
    FetchSafelist: GET "/SafeList/Numbers/{PhoneNumber}";
    DeleteSafelist: DELETE "/SafeList/Numbers/{PhoneNumber}";
    FetchPhoneNumber: GET "/PhoneNumbers/{PhoneNumber}";
}

impl Operation {
    /// Returns the operation with that name in Twilio's OpenAPI description.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|operation| operation.name() == name)
    }

    /// Returns the operation of a method and a path pattern.
    pub(crate) fn find(method: &Method, pattern: &str) -> Option<Self> {
        let fits = |operation: &Self| operation.path() == pattern && operation.method() == method.as_str();
        Self::ALL.iter().copied().find(fits)
    }

    /// Returns the API that it belongs to.
    pub(crate) fn api(self) -> Api {
        if self == Self::FetchPhoneNumber { Api::Lookups } else { Api::Verify }
    }
}

impl fmt::Display for Operation {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

impl Serialize for Operation {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn names_are_unique_and_the_operations_of_a_path_are_adjacent() {
        let mut names = HashSet::new();
        assert!(Operation::ALL.iter().all(|operation| names.insert(operation.name())));
        let mut paths = HashSet::new();
        let by_path = Operation::ALL.chunk_by(|one, next| one.path() == next.path());
        assert!(by_path.into_iter().all(|operations| paths.insert(operations[0].path())));
    }
}
