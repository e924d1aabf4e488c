//! The journal: what was asked of Twilio.

use actix_web::{HttpResponse, web};
use serde::{Deserialize, Serialize};
use tokio::time::timeout_at;
use utoipa::{IntoParams, ToSchema};

use super::parameters;
use super::parameters::{check_account, recipient};
use super::problem::Problem;
use crate::faults::journal::{Entry, Filter};
use crate::faults::request_info::OperationFilter;
use crate::state::State;

/// Which requests, how many, and how long to wait for one.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct Sought {
    /// Those about this phone number or address only. A `+` that arrives as a space is understood.
    #[param(nullable = false, example = "+12015550123")]
    to: Option<String>,
    /// `start`, `check`, `other`, `any` (the default), or an operation's name at Twilio.
    #[param(nullable = false, example = "start")]
    operation: Option<String>,
    /// The `id` of a request: only what came later.
    #[param(nullable = false)]
    after: Option<String>,
    /// Seconds to hold the request until there is one.
    #[param(nullable = false, minimum = 0, maximum = 30)]
    wait: Option<u64>,
    /// Most requests in the answer.
    #[param(nullable = false, minimum = 1, maximum = 1_000, default = 50)]
    limit: Option<usize>,
    /// Those of this account only; by default of all.
    #[param(nullable = false, pattern = "^AC[0-9a-fA-F]{32}$")]
    account: Option<String>,
}

/// Which requests to forget.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct Unwanted {
    /// Those about this phone number or address; by default all.
    #[param(nullable = false)]
    to: Option<String>,
    /// Those of this account only; by default of all.
    #[param(nullable = false, pattern = "^AC[0-9a-fA-F]{32}$")]
    account: Option<String>,
}

/// The requests found.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RequestList {
    /// Newest first.
    requests: Vec<Entry>,
}

/// List requests
///
/// What was asked of Twilio, newest first: what would have been paid for. Every request with good credentials
/// is here from the moment it comes, whatever becomes of it; the credentials are not. Each account remembers its
/// last thousand.
#[utoipa::path(
    get,
    path = "/sandbox/requests",
    operation_id = "listRequests",
    tag = "requests",
    params(Sought),
    responses(
        (status = 200, description = "The requests, perhaps none.", body = RequestList),
        (status = 422, description = "A parameter is wrong.", body = Problem,
            content_type = "application/problem+json"),
    )
)]
pub(crate) async fn list_requests(
    state: web::Data<State>,
    sought: web::Query<Sought>,
) -> Result<web::Json<RequestList>, Problem> {
    let Sought { to, operation, after, wait, limit, account } = sought.into_inner();
    check_account(account.as_deref())?;
    let (limit, deadline) = (parameters::limit(limit)?, parameters::deadline(wait)?);
    let operation =
        operation.as_deref().map_or(Some(OperationFilter::Any), OperationFilter::named).ok_or_else(|| {
            Problem::invalid(
                "`operation` is `start`, `check`, `other`, `any` or one of GET /sandbox/operations.",
            )
        })?;
    let after = parameters::after(after.as_deref())?;
    let mut filter = Filter { to: to.map(recipient), operation, after };
    let mut arrivals = state.requests();
    loop {
        // Before the look, so that nothing comes unseen between it and the wait for the next.
        let arrived = *arrivals.borrow_and_update();
        let requests = state.accounts().requests(account.as_deref(), &filter, limit);
        if !requests.is_empty() || !matches!(timeout_at(deadline, arrivals.changed()).await, Ok(Ok(()))) {
            return Ok(web::Json(RequestList { requests }));
        }
        // None of those was wanted: the next look need not see them again.
        filter.after = filter.after.max(arrived);
    }
}

/// Forget requests
#[utoipa::path(
    delete,
    path = "/sandbox/requests",
    operation_id = "deleteRequests",
    tag = "requests",
    params(Unwanted),
    responses(
        (status = 204, description = "Done."),
        (status = 422, description = "A parameter is wrong.", body = Problem,
            content_type = "application/problem+json"),
    )
)]
pub(crate) async fn delete_requests(
    state: web::Data<State>,
    unwanted: web::Query<Unwanted>,
) -> Result<HttpResponse, Problem> {
    let Unwanted { to, account } = unwanted.into_inner();
    check_account(account.as_deref())?;
    state.accounts().forget_requests(account.as_deref(), to.map(recipient).as_deref());
    Ok(HttpResponse::NoContent().finish())
}
