//! Twilio's API: the operations of Verify v2 and Lookup v2 in [`crate::twilio::operations`].
//!
//! Each handler takes a `WireRequest`, which the pipeline has read, calls the domain and formats the answer. A request is
//! checked in this order: credentials (401), a fault, service (404), parameters (400), the service's own rate limits
//! (429), the scenario of a magic number (429, 503, 403), then the rules of the verification (429, 404).

mod answer;
mod attempts;
mod broken_answers;
mod buckets;
mod challenges;
mod checks;
mod entities;
mod factors;
mod lookup;
mod paging;
mod pipeline;
mod rate_limits;
mod request;
mod routes;
mod safe_list;
mod services;
mod start_parameters;
mod templates;
mod verifications;

use actix_web::middleware::from_fn;
use actix_web::{HttpRequest, web};

use crate::twilio::errors::TwilioError;

/// The routes below `/v2`.
pub(crate) fn routes(config: &mut web::ServiceConfig) {
    let scope = routes::resources().fold(web::scope("/v2"), |scope, resource| scope.service(resource));
    config.service(scope.default_service(web::to(not_found)).wrap(from_fn(pipeline::pass)));
}

async fn not_found(request: HttpRequest) -> Result<&'static str, TwilioError> {
    Err(TwilioError::not_found(request.path()))
}

async fn method_not_allowed() -> Result<&'static str, TwilioError> {
    Err(TwilioError::method_not_allowed())
}
