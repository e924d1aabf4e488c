//! Twilio's operations that the sandbox offers: those of Verify v2, and one of Lookup v2. The names are Twilio's own.
//! The journal, the faults and `GET /sandbox/operations` use them too.

use actix_web::http::Method;
use serde::Serialize;
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

/// One operation of Twilio's.
#[derive(Debug)]
pub(crate) struct Operation {
    /// Its name in Twilio's OpenAPI description.
    pub(crate) id: &'static str,
    /// Its method.
    pub(crate) method: Method,
    /// Its path below `/v2`, as in Twilio's description.
    pub(crate) path: &'static str,
}

impl Operation {
    /// The API that it belongs to.
    pub(crate) fn api(&'static self) -> Api {
        if self.path.starts_with("/PhoneNumbers") { Api::Lookups } else { Api::Verify }
    }

    /// The name of its method.
    pub(crate) fn method_name(&'static self) -> &'static str {
        self.method.as_str()
    }
}

const SERVICES: &str = "/Services";
const SERVICE: &str = "/Services/{Sid}";
const VERIFICATIONS: &str = "/Services/{ServiceSid}/Verifications";
const VERIFICATION: &str = "/Services/{ServiceSid}/Verifications/{Sid}";
const RATE_LIMITS: &str = "/Services/{ServiceSid}/RateLimits";
const RATE_LIMIT: &str = "/Services/{ServiceSid}/RateLimits/{Sid}";
const BUCKETS: &str = "/Services/{ServiceSid}/RateLimits/{RateLimitSid}/Buckets";
const BUCKET: &str = "/Services/{ServiceSid}/RateLimits/{RateLimitSid}/Buckets/{Sid}";
const ENTITIES: &str = "/Services/{ServiceSid}/Entities";
const ENTITY: &str = "/Services/{ServiceSid}/Entities/{Identity}";
const FACTORS: &str = "/Services/{ServiceSid}/Entities/{Identity}/Factors";
const FACTOR: &str = "/Services/{ServiceSid}/Entities/{Identity}/Factors/{Sid}";
const CHALLENGES: &str = "/Services/{ServiceSid}/Entities/{Identity}/Challenges";
const CHALLENGE: &str = "/Services/{ServiceSid}/Entities/{Identity}/Challenges/{Sid}";
const SAFE_NUMBERS: &str = "/SafeList/Numbers";
const SAFE_NUMBER: &str = "/SafeList/Numbers/{PhoneNumber}";
const ATTEMPTS: &str = "/Attempts";
const TEMPLATES: &str = "/Templates";
const ATTEMPTS_SUMMARY: &str = "/Attempts/Summary";
const ATTEMPT: &str = "/Attempts/{Sid}";
const PHONE_NUMBER: &str = "/PhoneNumbers/{PhoneNumber}";
const CHECK: &str = "/Services/{ServiceSid}/VerificationCheck";

/// Every operation; those of one path are next to each other. If two paths match a request, the first one wins.
pub(crate) static OPERATIONS: &[Operation] = &[
    get("ListService", SERVICES),
    post("CreateService", SERVICES),
    get("FetchService", SERVICE),
    post("UpdateService", SERVICE),
    delete("DeleteService", SERVICE),
    post("CreateVerification", VERIFICATIONS),
    get("FetchVerification", VERIFICATION),
    post("UpdateVerification", VERIFICATION),
    post("CreateVerificationCheck", CHECK),
    get("ListRateLimit", RATE_LIMITS),
    post("CreateRateLimit", RATE_LIMITS),
    get("FetchRateLimit", RATE_LIMIT),
    post("UpdateRateLimit", RATE_LIMIT),
    delete("DeleteRateLimit", RATE_LIMIT),
    get("ListBucket", BUCKETS),
    post("CreateBucket", BUCKETS),
    get("FetchBucket", BUCKET),
    post("UpdateBucket", BUCKET),
    delete("DeleteBucket", BUCKET),
    get("ListVerificationTemplate", TEMPLATES),
    get("ListEntity", ENTITIES),
    post("CreateEntity", ENTITIES),
    get("FetchEntity", ENTITY),
    delete("DeleteEntity", ENTITY),
    get("ListFactor", FACTORS),
    post("CreateNewFactor", FACTORS),
    get("FetchFactor", FACTOR),
    post("UpdateFactor", FACTOR),
    delete("DeleteFactor", FACTOR),
    get("ListChallenge", CHALLENGES),
    post("CreateChallenge", CHALLENGES),
    get("FetchChallenge", CHALLENGE),
    post("UpdateChallenge", CHALLENGE),
    get("ListVerificationAttempt", ATTEMPTS),
    get("FetchVerificationAttemptsSummary", ATTEMPTS_SUMMARY),
    get("FetchVerificationAttempt", ATTEMPT),
    post("CreateSafelist", SAFE_NUMBERS),
    get("FetchSafelist", SAFE_NUMBER),
    delete("DeleteSafelist", SAFE_NUMBER),
    get("FetchPhoneNumber", PHONE_NUMBER),
];

const fn get(id: &'static str, path: &'static str) -> Operation {
    Operation { id, method: Method::GET, path }
}

const fn post(id: &'static str, path: &'static str) -> Operation {
    Operation { id, method: Method::POST, path }
}

const fn delete(id: &'static str, path: &'static str) -> Operation {
    Operation { id, method: Method::DELETE, path }
}

/// Returns the operation of a method and a path pattern, `/v2` included.
pub(crate) fn find(method: &Method, pattern: &str) -> Option<&'static Operation> {
    let path = pattern.strip_prefix("/v2")?;
    OPERATIONS.iter().find(|operation| operation.path == path && operation.method == method)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn names_are_unique_and_the_operations_of_a_path_are_adjacent() {
        let mut names = HashSet::new();
        assert!(OPERATIONS.iter().all(|operation| names.insert(operation.id)));
        let mut paths = HashSet::new();
        assert!(OPERATIONS.chunk_by(|one, next| one.path == next.path).all(|of| paths.insert(of[0].path)));
    }
}
