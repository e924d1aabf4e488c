//! The operations of Verify v2 that the double offers, on one screen, by Twilio's own names. `SUPPORTED.md` and
//! the journal speak of them by these names too.

use actix_web::http::Method;
use actix_web::{Resource, Route, web};

use super::{checks, method_not_allowed, services, verifications};

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
    /// Its method, as it is written.
    pub(crate) fn method_name(&'static self) -> &'static str {
        self.method.as_str()
    }
}

const SERVICES: &str = "/Services";
const SERVICE: &str = "/Services/{Sid}";
const VERIFICATIONS: &str = "/Services/{ServiceSid}/Verifications";
const VERIFICATION: &str = "/Services/{ServiceSid}/Verifications/{Sid}";
const CHECK: &str = "/Services/{ServiceSid}/VerificationCheck";

/// Every operation; those of one path stand together. Where two paths fit a request, the first one counts.
pub(crate) const OPERATIONS: &[Operation] = &[
    post("CreateService", SERVICES, |to| to.to(services::create)),
    get("FetchService", SERVICE, |to| to.to(services::fetch)),
    post("CreateVerification", VERIFICATIONS, |to| to.to(verifications::start)),
    get("FetchVerification", VERIFICATION, |to| to.to(verifications::fetch)),
    post("UpdateVerification", VERIFICATION, |to| to.to(verifications::update)),
    post("CreateVerificationCheck", CHECK, |to| to.to(checks::create)),
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
