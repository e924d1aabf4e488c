//! The control API for tests and people: virtual phones, faults, the journal and the clock.

pub(crate) mod clock;
pub(crate) mod events;
pub(crate) mod fault_bodies;
pub(crate) mod faults;
pub(crate) mod inbox;
pub(crate) mod index;
pub(crate) mod known_parameters;
pub(crate) mod openapi;
pub(crate) mod operations;
pub(crate) mod page;
mod parameters;
pub(crate) mod problem;
pub(crate) mod requests;
pub(crate) mod reset;
pub(crate) mod totp;

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::http::header::CONTENT_TYPE;
use actix_web::middleware::{Next, from_fn};
use actix_web::{Error, HttpMessage, ResponseError, web};

use crate::options::Extension;
use problem::Problem;

/// The routes below `/sandbox`, and `/`.
pub(crate) fn routes(config: &mut web::ServiceConfig, extension: Option<&Extension>) {
    let resource =
        |path: &str| web::resource(path.to_owned()).default_service(web::to(problem::method_not_allowed));
    config.service(resource("/").route(web::get().to(page::front)));
    config.service(
        web::scope("/sandbox")
            .wrap(from_fn(known_parameters::only_known))
            .wrap(from_fn(only_json))
            .service(
                resource("/messages")
                    .route(web::get().to(inbox::list_messages))
                    .route(web::delete().to(inbox::delete_messages)),
            )
            .service(resource("/totp").route(web::get().to(totp::get_totp)))
            .service(resource("/code").route(web::get().to(inbox::get_code)))
            .service(
                resource("/clock")
                    .route(web::get().to(clock::get_clock))
                    .route(web::post().to(clock::advance_clock))
                    .route(web::delete().to(clock::reset_clock)),
            )
            .service(
                resource("/faults")
                    .route(web::post().to(faults::make_fault))
                    .route(web::get().to(faults::list_faults))
                    .route(web::delete().to(faults::delete_faults)),
            )
            .service(
                resource("/faults/{id}")
                    .route(web::get().to(faults::get_fault))
                    .route(web::delete().to(faults::delete_fault)),
            )
            .service(
                resource("/requests")
                    .route(web::get().to(requests::list_requests))
                    .route(web::delete().to(requests::delete_requests)),
            )
            .service(resource("/events").route(web::get().to(events::listen)))
            .service(resource("/page.css").route(web::get().to(page::style)))
            .service(resource("/page.js").route(web::get().to(page::script)))
            .service(resource("/reset").route(web::post().to(reset::reset)))
            .service(resource("/operations").route(web::get().to(operations::list_operations)))
            .service(resource("/health").route(web::get().to(index::get_health)))
            .service(resource("/openapi.json").route(web::get().to(openapi::get_document)))
            .configure(|config| {
                if let Some(extension) = extension {
                    extension.configure(config);
                }
            })
            .default_service(web::to(problem::not_found)),
    );
}

/// Rejects bodies that are not JSON. A page of another site can send forms and plain text without a CORS preflight. A POST
/// without a body needs no type.
async fn only_json(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let typed = request.headers().contains_key(CONTENT_TYPE);
    if request.method() == Method::POST && typed && request.content_type() != "application/json" {
        return Ok(request.into_response(Problem::not_json().error_response()));
    }
    Ok(next.call(request).await?.map_into_boxed_body())
}
