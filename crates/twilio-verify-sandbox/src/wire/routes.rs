//! The route of each operation.

use actix_web::{Resource, Route, web};

use super::{
    attempts, buckets, challenges, checks, entities, factors, lookup, method_not_allowed, rate_limits,
    safe_list, services, templates, verifications,
};
use crate::twilio::operations::Operation;

/// Returns a resource for each path. Methods that it does not have get Twilio's 405.
pub(super) fn resources() -> impl Iterator<Item = Resource> {
    Operation::ALL.chunk_by(|one, next| one.path() == next.path()).map(|operations| {
        let path =
            operations.first().and_then(|operation| operation.path().strip_prefix("/v2")).unwrap_or_default();
        let resource = web::resource(path).default_service(web::to(method_not_allowed));
        operations.iter().copied().map(route).fold(resource, Resource::route)
    })
}

fn route(operation: Operation) -> Route {
    let route = web::method(operation.http_method());
    match operation {
        Operation::ListService => route.to(services::list),
        Operation::CreateService => route.to(services::create),
        Operation::FetchService => route.to(services::fetch),
        Operation::UpdateService => route.to(services::update),
        Operation::DeleteService => route.to(services::delete),
        Operation::CreateVerification => route.to(verifications::start),
        Operation::FetchVerification => route.to(verifications::fetch),
        Operation::UpdateVerification => route.to(verifications::update),
        Operation::CreateVerificationCheck => route.to(checks::create),
        Operation::ListRateLimit => route.to(rate_limits::list),
        Operation::CreateRateLimit => route.to(rate_limits::create),
        Operation::FetchRateLimit => route.to(rate_limits::fetch),
        Operation::UpdateRateLimit => route.to(rate_limits::update),
        Operation::DeleteRateLimit => route.to(rate_limits::delete),
        Operation::ListBucket => route.to(buckets::list),
        Operation::CreateBucket => route.to(buckets::create),
        Operation::FetchBucket => route.to(buckets::fetch),
        Operation::UpdateBucket => route.to(buckets::update),
        Operation::DeleteBucket => route.to(buckets::delete),
        Operation::ListVerificationTemplate => route.to(templates::list),
        Operation::ListEntity => route.to(entities::list),
        Operation::CreateEntity => route.to(entities::create),
        Operation::FetchEntity => route.to(entities::fetch),
        Operation::DeleteEntity => route.to(entities::delete),
        Operation::ListFactor => route.to(factors::list),
        Operation::CreateNewFactor => route.to(factors::create),
        Operation::FetchFactor => route.to(factors::fetch),
        Operation::UpdateFactor => route.to(factors::update),
        Operation::DeleteFactor => route.to(factors::delete),
        Operation::ListChallenge => route.to(challenges::list),
        Operation::CreateChallenge => route.to(challenges::create),
        Operation::FetchChallenge => route.to(challenges::fetch),
        Operation::UpdateChallenge => route.to(challenges::update),
        Operation::ListVerificationAttempt => route.to(attempts::list),
        Operation::FetchVerificationAttemptsSummary => route.to(attempts::summarise),
        Operation::FetchVerificationAttempt => route.to(attempts::fetch),
        Operation::CreateSafelist => route.to(safe_list::create),
        Operation::FetchSafelist => route.to(safe_list::fetch),
        Operation::DeleteSafelist => route.to(safe_list::delete),
        Operation::FetchPhoneNumber => route.to(lookup::fetch),
    }
}
