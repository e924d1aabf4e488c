//! The route of each operation.

use actix_web::{Resource, Route, web};

use super::{
    attempts, buckets, challenges, checks, entities, factors, lookup, method_not_allowed, rate_limits,
    safe_list, services, templates, verifications,
};
use crate::twilio::operations::{OPERATIONS, Operation};

/// Returns a resource for each path. Methods that it does not have get Twilio's 405.
pub(super) fn resources() -> impl Iterator<Item = Resource> {
    OPERATIONS.chunk_by(|one, next| one.path == next.path).map(|operations| {
        let path = operations.first().map_or("", |operation| operation.path);
        let resource = web::resource(path).default_service(web::to(method_not_allowed));
        operations.iter().filter_map(route).fold(resource, Resource::route)
    })
}

/// Returns the route of an operation; a test checks that each operation has one.
fn route(operation: &Operation) -> Option<Route> {
    let route = web::method(operation.method.clone());
    Some(match operation.id {
        "ListService" => route.to(services::list),
        "CreateService" => route.to(services::create),
        "FetchService" => route.to(services::fetch),
        "UpdateService" => route.to(services::update),
        "DeleteService" => route.to(services::delete),
        "CreateVerification" => route.to(verifications::start),
        "FetchVerification" => route.to(verifications::fetch),
        "UpdateVerification" => route.to(verifications::update),
        "CreateVerificationCheck" => route.to(checks::create),
        "ListRateLimit" => route.to(rate_limits::list),
        "CreateRateLimit" => route.to(rate_limits::create),
        "FetchRateLimit" => route.to(rate_limits::fetch),
        "UpdateRateLimit" => route.to(rate_limits::update),
        "DeleteRateLimit" => route.to(rate_limits::delete),
        "ListBucket" => route.to(buckets::list),
        "CreateBucket" => route.to(buckets::create),
        "FetchBucket" => route.to(buckets::fetch),
        "UpdateBucket" => route.to(buckets::update),
        "DeleteBucket" => route.to(buckets::delete),
        "ListVerificationTemplate" => route.to(templates::list),
        "ListEntity" => route.to(entities::list),
        "CreateEntity" => route.to(entities::create),
        "FetchEntity" => route.to(entities::fetch),
        "DeleteEntity" => route.to(entities::delete),
        "ListFactor" => route.to(factors::list),
        "CreateNewFactor" => route.to(factors::create),
        "FetchFactor" => route.to(factors::fetch),
        "UpdateFactor" => route.to(factors::update),
        "DeleteFactor" => route.to(factors::delete),
        "ListChallenge" => route.to(challenges::list),
        "CreateChallenge" => route.to(challenges::create),
        "FetchChallenge" => route.to(challenges::fetch),
        "UpdateChallenge" => route.to(challenges::update),
        "ListVerificationAttempt" => route.to(attempts::list),
        "FetchVerificationAttemptsSummary" => route.to(attempts::summarise),
        "FetchVerificationAttempt" => route.to(attempts::fetch),
        "CreateSafelist" => route.to(safe_list::create),
        "FetchSafelist" => route.to(safe_list::fetch),
        "DeleteSafelist" => route.to(safe_list::delete),
        "FetchPhoneNumber" => route.to(lookup::fetch),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_operation_has_a_route() {
        assert!(OPERATIONS.iter().all(|operation| route(operation).is_some()));
    }
}
