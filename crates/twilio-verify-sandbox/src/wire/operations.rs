//! The operations of Verify v2 that the double offers, and one of Lookup v2, on one screen, by Twilio's own names. `docs/fidelity.md` and
//! the journal speak of them by these names too.

use actix_web::http::Method;
use actix_web::{Resource, Route, web};
use serde::Serialize;
use utoipa::ToSchema;

use super::{
    attempts, buckets, challenges, checks, entities, factors, lookup, method_not_allowed, rate_limits,
    safe_list, services, templates, verifications,
};

/// Which of Twilio's APIs an operation belongs to: at Twilio each has a host of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Api {
    /// Verify v2, at `verify.twilio.com`.
    Verify,
    /// Lookup v2, at `lookups.twilio.com`.
    Lookups,
}

/// One operation of Twilio's.
pub(crate) struct Operation {
    /// Its name in Twilio's OpenAPI description.
    pub(crate) id: &'static str,
    /// How it is asked for.
    pub(crate) method: Method,
    /// Its path below `/v2`, spelled as in Twilio's description.
    pub(crate) path: &'static str,
    handler: fn(Route) -> Route,
}

impl Operation {
    /// Whose it is.
    pub(crate) fn api(&'static self) -> Api {
        if self.path.starts_with("/PhoneNumbers") { Api::Lookups } else { Api::Verify }
    }

    /// Its method, as it is written.
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

/// Every operation; those of one path stand together. Where two paths fit a request, the first one counts.
pub(crate) const OPERATIONS: &[Operation] = &[
    get("ListService", SERVICES, |to| to.to(services::list)),
    post("CreateService", SERVICES, |to| to.to(services::create)),
    get("FetchService", SERVICE, |to| to.to(services::fetch)),
    post("UpdateService", SERVICE, |to| to.to(services::update)),
    delete("DeleteService", SERVICE, |to| to.to(services::delete)),
    post("CreateVerification", VERIFICATIONS, |to| to.to(verifications::start)),
    get("FetchVerification", VERIFICATION, |to| to.to(verifications::fetch)),
    post("UpdateVerification", VERIFICATION, |to| to.to(verifications::update)),
    post("CreateVerificationCheck", CHECK, |to| to.to(checks::create)),
    get("ListRateLimit", RATE_LIMITS, |to| to.to(rate_limits::list)),
    post("CreateRateLimit", RATE_LIMITS, |to| to.to(rate_limits::create)),
    get("FetchRateLimit", RATE_LIMIT, |to| to.to(rate_limits::fetch)),
    post("UpdateRateLimit", RATE_LIMIT, |to| to.to(rate_limits::update)),
    delete("DeleteRateLimit", RATE_LIMIT, |to| to.to(rate_limits::delete)),
    get("ListBucket", BUCKETS, |to| to.to(buckets::list)),
    post("CreateBucket", BUCKETS, |to| to.to(buckets::create)),
    get("FetchBucket", BUCKET, |to| to.to(buckets::fetch)),
    post("UpdateBucket", BUCKET, |to| to.to(buckets::update)),
    delete("DeleteBucket", BUCKET, |to| to.to(buckets::delete)),
    get("ListVerificationTemplate", TEMPLATES, |to| to.to(templates::list)),
    get("ListEntity", ENTITIES, |to| to.to(entities::list)),
    post("CreateEntity", ENTITIES, |to| to.to(entities::create)),
    get("FetchEntity", ENTITY, |to| to.to(entities::fetch)),
    delete("DeleteEntity", ENTITY, |to| to.to(entities::delete)),
    get("ListFactor", FACTORS, |to| to.to(factors::list)),
    post("CreateNewFactor", FACTORS, |to| to.to(factors::create)),
    get("FetchFactor", FACTOR, |to| to.to(factors::fetch)),
    post("UpdateFactor", FACTOR, |to| to.to(factors::update)),
    delete("DeleteFactor", FACTOR, |to| to.to(factors::delete)),
    get("ListChallenge", CHALLENGES, |to| to.to(challenges::list)),
    post("CreateChallenge", CHALLENGES, |to| to.to(challenges::create)),
    get("FetchChallenge", CHALLENGE, |to| to.to(challenges::fetch)),
    post("UpdateChallenge", CHALLENGE, |to| to.to(challenges::update)),
    get("ListVerificationAttempt", ATTEMPTS, |to| to.to(attempts::list)),
    get("FetchVerificationAttemptsSummary", ATTEMPTS_SUMMARY, |to| to.to(attempts::summarise)),
    get("FetchVerificationAttempt", ATTEMPT, |to| to.to(attempts::fetch)),
    post("CreateSafelist", SAFE_NUMBERS, |to| to.to(safe_list::create)),
    get("FetchSafelist", SAFE_NUMBER, |to| to.to(safe_list::fetch)),
    delete("DeleteSafelist", SAFE_NUMBER, |to| to.to(safe_list::delete)),
    get("FetchPhoneNumber", PHONE_NUMBER, |to| to.to(lookup::fetch)),
];

const fn get(id: &'static str, path: &'static str, handler: fn(Route) -> Route) -> Operation {
    Operation { id, method: Method::GET, path, handler }
}

const fn post(id: &'static str, path: &'static str, handler: fn(Route) -> Route) -> Operation {
    Operation { id, method: Method::POST, path, handler }
}

/// The operation of a method and a path, which is spelled as in Twilio's description.
pub(super) fn find(method: &Method, pattern: &str) -> Option<&'static Operation> {
    let path = pattern.strip_prefix("/v2")?;
    OPERATIONS.iter().find(|operation| operation.path == path && operation.method == method)
}

const fn delete(id: &'static str, path: &'static str, handler: fn(Route) -> Route) -> Operation {
    Operation { id, method: Method::DELETE, path, handler }
}

/// A resource for each path; other methods than its own get Twilio's 405.
pub(super) fn resources() -> impl Iterator<Item = Resource> {
    OPERATIONS.chunk_by(|one, next| one.path == next.path).map(|operations| {
        let path = operations.first().map_or("", |operation| operation.path);
        let resource = web::resource(path).default_service(web::to(method_not_allowed));
        operations.iter().fold(resource, |resource, operation| {
            resource.route((operation.handler)(web::method(operation.method.clone())))
        })
    })
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn names_are_unique_and_the_operations_of_a_path_stand_together() {
        let mut names = HashSet::new();
        assert!(OPERATIONS.iter().all(|operation| names.insert(operation.id)));
        let mut paths = HashSet::new();
        assert!(OPERATIONS.chunk_by(|one, next| one.path == next.path).all(|of| paths.insert(of[0].path)));
    }
}
