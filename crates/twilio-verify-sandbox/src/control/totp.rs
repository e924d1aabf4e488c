//! The virtual authenticator.

use actix_web::{HttpResponse, web};
use serde::Deserialize;
use utoipa::IntoParams;

use super::parameters::ensure_account;
use super::problem::{Problem, ProblemCode};
use crate::handles::authenticator;
use crate::state::State;
use crate::twilio::sid::is_sid;

/// Selects a factor.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct FactorQuery {
    /// The factor's SID.
    #[param(pattern = "^YF[0-9a-fA-F]{32}$", example = "YF0123456789abcdef0123456789abcdef")]
    factor: String,
    /// A factor of this account. The default is all accounts.
    #[param(nullable = false, pattern = "^AC[0-9a-fA-F]{32}$")]
    account: Option<String>,
}

/// Get the code that an authenticator shows now
///
/// The code of a TOTP factor by the sandbox's clock, and nothing else. A code is accepted once. For the next code, move
/// the clock forward by the factor's time step.
#[utoipa::path(
    get,
    path = "/sandbox/totp",
    operation_id = "getTotp",
    tag = "messages",
    params(FactorQuery),
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
    query: web::Query<FactorQuery>,
) -> Result<HttpResponse, Problem> {
    let FactorQuery { factor, account } = query.into_inner();
    ensure_account(account.as_deref())?;
    if !is_sid("YF", &factor) {
        return Err(Problem::invalid("`factor` must be YF and 32 hexadecimal digits."));
    }
    let code = authenticator::code(&state, account.as_deref(), &factor);
    let code = code.ok_or_else(|| Problem::new(ProblemCode::NotFound, "There is no such factor."))?;
    Ok(HttpResponse::Ok().content_type("text/plain; charset=utf-8").body(code))
}
