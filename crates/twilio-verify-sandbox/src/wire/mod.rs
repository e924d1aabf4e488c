//! What Twilio's clients speak: the operations of Verify v2, and of Lookup v2, that [`crate::twilio::operations`] lists.
//!
//! The order in which a request is judged is: credentials (401), a fault that was made for it, service (404),
//! parameters (400), the caller's own rate limits (429), what the number is made for (429, 503, 403), then the
//! verification's own rules (429, 404).

mod attempts;
mod auth;
mod body;
mod buckets;
mod call;
mod challenges;
mod checks;
mod entities;
mod factors;
mod line_types;
mod lookup;
mod paging;
mod pipeline;
mod rate_limits;
mod routes;
mod safe_list;
mod services;
mod severed;
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

/// Where the caller found this server: the guard has looked at the name.
fn base(request: &HttpRequest) -> String {
    let header = request.headers().get(actix_web::http::header::HOST).and_then(|host| host.to_str().ok());
    format!("http://{}", header.unwrap_or("localhost"))
}
