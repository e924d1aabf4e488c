//! Starting over.

use actix_web::{HttpResponse, web};
use serde::Deserialize;
use utoipa::IntoParams;

use super::parameters::ensure_account;
use super::problem::Problem;
use crate::state::State;

/// Selects an account.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct ResetQuery {
    /// The account to reset. The default is everything.
    #[param(nullable = false, pattern = "^AC[0-9a-fA-F]{32}$")]
    account: Option<String>,
}

/// Forget everything
///
/// Messages (delayed ones too), verifications, created services, the journal and all faults are deleted, and the clock
/// shows real time. With `account`, only that account's messages, verifications, journal and rate limit counts are
/// deleted, and the faults that are limited to it. Its services and settings remain, and the clock does not change.
#[utoipa::path(
    post,
    path = "/sandbox/reset",
    operation_id = "reset",
    tag = "sandbox",
    params(ResetQuery),
    responses(
        (status = 204, description = "Everything is deleted."),
        (status = 415, description = "The body is not JSON.", body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "A parameter is wrong.", body = Problem,
            content_type = "application/problem+json"),
    )
)]
pub(crate) async fn reset(
    state: web::Data<State>,
    query: web::Query<ResetQuery>,
) -> Result<HttpResponse, Problem> {
    ensure_account(query.account.as_deref())?;
    match &query.account {
        Some(account_sid) => state.reset_account(account_sid),
        None => state.reset(),
    }
    Ok(HttpResponse::NoContent().finish())
}
