//! Faults: break Twilio on purpose, and see whether it was met.

use actix_web::{HttpResponse, web};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::{IntoParams, ToSchema};

use super::fault_bodies::{self, FaultBody, NewFaultBody};
use super::parameters::{ensure_account, recipient};
use super::problem::{Problem, ProblemCode};
use crate::faults::FaultId;
use crate::handles::faults::{FaultError, Faults};

/// The faults found.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FaultList {
    /// In the order of their creation, which is the order in which they apply.
    pub(super) faults: Vec<FaultBody>,
}

/// Selects faults by what they are limited to.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct FaultQuery {
    /// Faults that are limited to this phone number or address. The default is all.
    #[param(nullable = false)]
    to: Option<String>,
    /// Faults that are limited to this account. The default is all.
    #[param(nullable = false, pattern = "^AC[0-9a-fA-F]{32}$")]
    account: Option<String>,
}

impl FaultQuery {
    fn into_limits(self) -> Result<(Option<String>, Option<String>), Problem> {
        ensure_account(self.account.as_deref())?;
        Ok((self.to.map(recipient), self.account))
    }
}

/// Make a fault
///
/// The next requests for the operation fail or are disturbed. If several faults cover a request, the oldest that is
/// not used up hits it. A fault comes before every other check but that of the credentials, so the parameters of the
/// request do not matter.
#[utoipa::path(
    post,
    path = "/sandbox/faults",
    operation_id = "makeFault",
    tag = "faults",
    request_body = NewFaultBody,
    responses(
        (status = 201, description = "The fault is in force.", body = FaultBody),
        (status = 400, description = "The body is not JSON (`malformed_request`).", body = Problem,
            content_type = "application/problem+json"),
        (status = 409, description = "1,000 faults that can still hit exist (`too_many_faults`).", body = Problem,
            content_type = "application/problem+json"),
        (status = 413, description = "`payload_too_large`.", body = Problem,
            content_type = "application/problem+json"),
        (status = 415, description = "`unsupported_media_type`.", body = Problem,
            content_type = "application/problem+json"),
        (status = 422, description = "A member is missing, unknown or wrong. `detail` names it.", body = Problem,
            content_type = "application/problem+json"),
    )
)]
pub(crate) async fn make_fault(
    faults: web::Data<Faults>,
    body: web::Json<Map<String, Value>>,
) -> Result<HttpResponse, Problem> {
    let fault = fault_bodies::read(body.into_inner()).map_err(FaultError::Invalid)?;
    Ok(HttpResponse::Created().json(FaultBody::from(&faults.make(fault)?)))
}

/// List faults
#[utoipa::path(
    get,
    path = "/sandbox/faults",
    operation_id = "listFaults",
    tag = "faults",
    params(FaultQuery),
    responses(
        (status = 200, description = "The faults; the list may be empty.", body = FaultList),
        (status = 422, description = "A parameter is wrong.", body = Problem,
            content_type = "application/problem+json"),
    )
)]
pub(crate) async fn list_faults(
    faults: web::Data<Faults>,
    query: web::Query<FaultQuery>,
) -> Result<web::Json<FaultList>, Problem> {
    let (to, account) = query.into_inner().into_limits()?;
    let found = faults.limited_to(to.as_deref(), account.as_deref());
    Ok(web::Json(FaultList { faults: found.iter().map(FaultBody::from).collect() }))
}

/// Get a fault
///
/// `hits` says how many requests it has hit.
#[utoipa::path(
    get,
    path = "/sandbox/faults/{id}",
    operation_id = "getFault",
    tag = "faults",
    params(("id" = String, Path, description = "Its `id`.", example = "3")),
    responses(
        (status = 200, description = "The fault.", body = FaultBody),
        (status = 404, description = "There is no fault with that `id` (`not_found`).", body = Problem,
            content_type = "application/problem+json"),
    )
)]
pub(crate) async fn get_fault(
    faults: web::Data<Faults>,
    id: web::Path<String>,
) -> Result<web::Json<FaultBody>, Problem> {
    let found = fault_id(&id).and_then(|id| faults.get(id));
    found.map(|fault| web::Json(FaultBody::from(&fault))).ok_or_else(no_such_fault)
}

/// Remove a fault
#[utoipa::path(
    delete,
    path = "/sandbox/faults/{id}",
    operation_id = "deleteFault",
    tag = "faults",
    params(("id" = String, Path, description = "Its `id`.", example = "3")),
    responses(
        (status = 204, description = "The fault is removed."),
        (status = 404, description = "There is no fault with that `id` (`not_found`).", body = Problem,
            content_type = "application/problem+json"),
    )
)]
pub(crate) async fn delete_fault(
    faults: web::Data<Faults>,
    id: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let removed = fault_id(&id).is_some_and(|id| faults.remove(id));
    if removed { Ok(HttpResponse::NoContent().finish()) } else { Err(no_such_fault()) }
}

/// Remove faults
///
/// With a parameter, only faults that are limited to it. So a suite can clean up without touching another suite's
/// faults.
#[utoipa::path(
    delete,
    path = "/sandbox/faults",
    operation_id = "deleteFaults",
    tag = "faults",
    params(FaultQuery),
    responses(
        (status = 204, description = "The faults are removed."),
        (status = 422, description = "A parameter is wrong.", body = Problem,
            content_type = "application/problem+json"),
    )
)]
pub(crate) async fn delete_faults(
    faults: web::Data<Faults>,
    query: web::Query<FaultQuery>,
) -> Result<HttpResponse, Problem> {
    let (to, account) = query.into_inner().into_limits()?;
    faults.clear_limited_to(to.as_deref(), account.as_deref());
    Ok(HttpResponse::NoContent().finish())
}

fn fault_id(text: &str) -> Option<FaultId> {
    text.parse().ok().map(FaultId)
}

fn no_such_fault() -> Problem {
    Problem::new(ProblemCode::NotFound, "There is no fault with that `id`.")
}

impl From<FaultError> for Problem {
    fn from(error: FaultError) -> Self {
        let code = match error {
            FaultError::Invalid(_) => ProblemCode::ValidationFailed,
            FaultError::TooMany => ProblemCode::TooManyFaults,
        };
        Self::new(code, error.to_string())
    }
}
