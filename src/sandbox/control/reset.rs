//! Begin anew.

use actix_web::{HttpResponse, web};

use crate::sandbox::problem::Problem;
use crate::sandbox::state::State;

/// Forget everything
///
/// Messages, verifications and created services are gone, and the clock shows real time.
#[utoipa::path(
    post,
    path = "/sandbox/reset",
    operation_id = "reset",
    tag = "sandbox",
    responses(
        (status = 204, description = "Done."),
        (status = 415, description = "Not JSON.", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn reset(state: web::Data<State>) -> HttpResponse {
    state.reset();
    HttpResponse::NoContent().finish()
}
