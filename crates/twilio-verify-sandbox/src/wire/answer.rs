//! The answers of handlers.

use actix_web::HttpResponse;
use serde_json::Value;

/// 200 with a resource.
pub(super) fn found(resource: Value) -> HttpResponse {
    HttpResponse::Ok().json(resource)
}

/// 201 with a new resource.
pub(super) fn created(resource: Value) -> HttpResponse {
    HttpResponse::Created().json(resource)
}

/// 204: the resource is deleted.
pub(super) fn deleted() -> HttpResponse {
    HttpResponse::NoContent().finish()
}
