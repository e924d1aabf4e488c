//! Begin anew.

use actix_web::{HttpResponse, web};
use serde::Deserialize;
use utoipa::IntoParams;

use super::parameters::check_account;
use super::problem::Problem;
use crate::state::State;

/// Whose things to forget.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct Whose {
    /// Those of this account only; by default everything.
    #[param(nullable = false, pattern = "^AC[0-9a-fA-F]{32}$")]
    account: Option<String>,
}

/// Forget everything
///
/// Messages, also those under way, verifications, created services, the journal and all faults are gone, and the
/// clock shows real time. With `account`, that account's messages, verifications and journal, what its rate limits
/// counted, and the faults that were made for it, are gone; what it has set up stays, and the clock is not touched.
#[utoipa::path(
    post,
    path = "/sandbox/reset",
    operation_id = "reset",
    tag = "sandbox",
    params(Whose),
    responses(
        (status = 204, description = "Done."),
        (status = 415, description = "Not JSON.", body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "A parameter is wrong.", body = Problem,
            content_type = "application/problem+json"),
    )
)]
pub(crate) async fn reset(
    state: web::Data<State>,
    whose: web::Query<Whose>,
) -> Result<HttpResponse, Problem> {
    check_account(whose.account.as_deref())?;
    match &whose.account {
        Some(account_sid) => state.reset_account(account_sid),
        None => state.reset(),
    }
    Ok(HttpResponse::NoContent().finish())
}
