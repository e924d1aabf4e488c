//! Faults: break the provider on purpose, and see that it was broken.

use actix_web::{HttpResponse, web};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::{IntoParams, ToSchema};

use super::fault_bodies::{FaultReading, Wish};
use super::parameters::{check_account, recipient};
use super::problem::{Problem, ProblemCode};
use crate::faults::CAPACITY;
use crate::faults::fault::Settings;
use crate::state::State;

/// The faults found.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FaultList {
    /// In the order of their making, which is the order in which requests meet them.
    pub(super) faults: Vec<FaultReading>,
}

/// Which faults.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct MadeFor {
    /// Those that were made for this phone number or address; by default all.
    #[param(nullable = false)]
    to: Option<String>,
    /// Those that were made for this account; by default all.
    #[param(nullable = false, pattern = "^AC[0-9a-fA-F]{32}$")]
    account: Option<String>,
}

/// Make a fault
///
/// The next requests of the kind are broken. Of several faults that cover a request the oldest that is not spent
/// wins. It comes before everything but the credentials: an outage judges no parameters. A request without good
/// credentials meets no fault.
#[utoipa::path(
    post,
    path = "/sandbox/faults",
    operation_id = "makeFault",
    tag = "faults",
    request_body = Wish,
    responses(
        (status = 201, description = "It is in force.", body = FaultReading),
        (status = 400, description = "Not JSON (`malformed_request`).", body = Problem,
            content_type = "application/problem+json"),
        (status = 409, description = "A thousand faults wait already (`too_many_faults`).", body = Problem,
            content_type = "application/problem+json"),
        (status = 413, description = "`payload_too_large`.", body = Problem,
            content_type = "application/problem+json"),
        (status = 415, description = "`unsupported_media_type`.", body = Problem,
            content_type = "application/problem+json"),
        (status = 422, description = "A member is missing, unknown or wrong; `detail` names it.", body = Problem,
            content_type = "application/problem+json"),
    )
)]
pub(crate) async fn make_fault(
    state: web::Data<State>,
    body: web::Json<Map<String, Value>>,
) -> Result<HttpResponse, Problem> {
    let settings = Settings::from_json(body.into_inner()).map_err(Problem::invalid)?;
    let made = state.faults().make(settings).map_err(|_| {
        let detail = format!("{CAPACITY} faults wait for a request already; delete some.");
        Problem::new(ProblemCode::TooManyFaults, detail)
    })?;
    Ok(HttpResponse::Created().json(FaultReading::of(&made)))
}

/// List faults
#[utoipa::path(
    get,
    path = "/sandbox/faults",
    operation_id = "listFaults",
    tag = "faults",
    params(MadeFor),
    responses(
        (status = 200, description = "The faults, perhaps none.", body = FaultList),
        (status = 422, description = "A parameter is wrong.", body = Problem,
            content_type = "application/problem+json"),
    )
)]
pub(crate) async fn list_faults(
    state: web::Data<State>,
    made_for: web::Query<MadeFor>,
) -> Result<web::Json<FaultList>, Problem> {
    let MadeFor { to, account } = made_for.into_inner();
    check_account(account.as_deref())?;
    let to = to.map(recipient);
    let faults = state.faults().made_for(to.as_deref(), account.as_deref()).map(FaultReading::of).collect();
    Ok(web::Json(FaultList { faults }))
}

/// Get a fault
///
/// `hits` tells whether it was met.
#[utoipa::path(
    get,
    path = "/sandbox/faults/{id}",
    operation_id = "getFault",
    tag = "faults",
    params(("id" = String, Path, description = "Its `id`.", example = "3")),
    responses(
        (status = 200, description = "The fault.", body = FaultReading),
        (status = 404, description = "There is none of that `id` (`not_found`).", body = Problem,
            content_type = "application/problem+json"),
    )
)]
pub(crate) async fn get_fault(
    state: web::Data<State>,
    id: web::Path<String>,
) -> Result<web::Json<FaultReading>, Problem> {
    let number = id.parse().map_err(|_| no_such_fault())?;
    let found = state.faults().get(number).map(FaultReading::of);
    found.map(web::Json).ok_or_else(no_such_fault)
}

/// Remove a fault
#[utoipa::path(
    delete,
    path = "/sandbox/faults/{id}",
    operation_id = "deleteFault",
    tag = "faults",
    params(("id" = String, Path, description = "Its `id`.", example = "3")),
    responses(
        (status = 204, description = "Done."),
        (status = 404, description = "There is none of that `id` (`not_found`).", body = Problem,
            content_type = "application/problem+json"),
    )
)]
pub(crate) async fn delete_fault(
    state: web::Data<State>,
    id: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let number = id.parse().map_err(|_| no_such_fault())?;
    if !state.faults().remove(number) {
        return Err(no_such_fault());
    }
    Ok(HttpResponse::NoContent().finish())
}

/// Remove faults
///
/// With a parameter only those that were made with it: a suite clears up behind itself without mending what
/// another one has broken.
#[utoipa::path(
    delete,
    path = "/sandbox/faults",
    operation_id = "deleteFaults",
    tag = "faults",
    params(MadeFor),
    responses(
        (status = 204, description = "Done."),
        (status = 422, description = "A parameter is wrong.", body = Problem,
            content_type = "application/problem+json"),
    )
)]
pub(crate) async fn delete_faults(
    state: web::Data<State>,
    made_for: web::Query<MadeFor>,
) -> Result<HttpResponse, Problem> {
    let MadeFor { to, account } = made_for.into_inner();
    check_account(account.as_deref())?;
    state.faults().forget(to.map(recipient).as_deref(), account.as_deref());
    Ok(HttpResponse::NoContent().finish())
}

fn no_such_fault() -> Problem {
    Problem::new(ProblemCode::NotFound, "There is no fault of that `id`.")
}
