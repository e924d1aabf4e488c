//! `GET /metrics`, on its own listener: metrics are for the operator, not for clients.

use actix_web::web::Data;
use actix_web::{HttpResponse, get};

use crate::auth::Auth;
use crate::metrics::CONTENT_TYPE;

/// Returns the current metrics.
#[get("/metrics")]
pub async fn metrics(auth: Data<Auth>) -> HttpResponse {
    HttpResponse::Ok().content_type(CONTENT_TYPE).body(auth.render_metrics())
}
