//! The virtual authenticator.

use actix_web::{HttpResponse, web};
use serde::Deserialize;
use utoipa::IntoParams;

use super::parameters::check_account;
use super::problem::{Problem, ProblemCode};
use crate::state::State;
use crate::twilio::sid::is_sid;

/// Which factor.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Wanted {
    /// The factor's SID.
    #[param(pattern = "^YF[0-9a-fA-F]{32}$", example = "YF0123456789abcdef0123456789abcdef")]
    factor: String,
    /// Look in this account only; by default in all of them.
    #[param(nullable = false, pattern = "^AC[0-9a-fA-F]{32}$")]
    account: Option<String>,
}

/// Get the code that an authenticator shows now
///
/// The code of a TOTP factor by the sandbox's clock, and nothing else. A code is taken once: for the next one move the
/// clock on by a step.
#[utoipa::path(
    get,
    path = "/sandbox/totp",
    operation_id = "getTotp",
    tag = "messages",
    params(Wanted),
    responses(
        (status = 200, description = "The code.", body = String, content_type = "text/plain", example = "480167"),
        (status = 404, description = "There is no such factor.", body = Problem,
            content_type = "application/problem+json"),
        (status = 422, description = "A parameter is wrong.", body = Problem,
            content_type = "application/problem+json"),
    )
)]
pub(crate) async fn get_totp(
    state: web::Data<State>,
    wanted: web::Query<Wanted>,
) -> Result<HttpResponse, Problem> {
    let Wanted { factor, account } = wanted.into_inner();
    check_account(account.as_deref())?;
    if !is_sid("YF", &factor) {
        return Err(Problem::invalid("`factor` is YF and 32 hexadecimal digits."));
    }
    let now = state.clock.now();
    let code = state.accounts().factor(account.as_deref(), &factor, now).map(|factor| factor.code(now));
    let code = code.ok_or_else(|| Problem::new(ProblemCode::NotFound, "There is no such factor."))?;
    Ok(HttpResponse::Ok().content_type("text/plain; charset=utf-8").body(code))
}
