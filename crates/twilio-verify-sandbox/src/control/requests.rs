//! The journal: the requests that Twilio would have received.

use actix_web::{HttpResponse, web};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::parameters::{self, ensure_account, recipient};
use super::problem::Problem;
use crate::faults::journal::RequestFilter;
use crate::faults::operation_filter::OperationFilter;
use crate::faults::recorded_request::RecordedRequest;
use crate::handles::journal::Journal;

/// Selects requests, and says how many to return and how long to wait for one.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct RequestQuery {
    /// Requests about this phone number or address. A space in front of a number is read as `+`.
    #[param(nullable = false, example = "+12015550123")]
    to: Option<String>,
    /// `start`, `check`, `other`, `any` (the default), or the name of an operation of Twilio's.
    #[param(nullable = false, example = "start")]
    operation: Option<String>,
    /// The `id` of a request: only later requests.
    #[param(nullable = false)]
    after: Option<String>,
    /// How many seconds to wait for the first such request.
    #[param(nullable = false, minimum = 0, maximum = 30)]
    wait: Option<u64>,
    /// How many requests to return at most.
    #[param(nullable = false, minimum = 1, maximum = 1_000, default = 50)]
    limit: Option<usize>,
    /// Requests of this account. The default is all accounts.
    #[param(nullable = false, pattern = "^AC[0-9a-fA-F]{32}$")]
    account: Option<String>,
}

/// Selects requests to forget.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct ForgetQuery {
    /// Requests about this phone number or address. The default is all.
    #[param(nullable = false)]
    to: Option<String>,
    /// Requests of this account. The default is all accounts.
    #[param(nullable = false, pattern = "^AC[0-9a-fA-F]{32}$")]
    account: Option<String>,
}

/// The requests found.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RequestList {
    /// Newest first.
    requests: Vec<RecordedRequest>,
}

/// List requests
///
/// The requests that Twilio would have received, newest first. Every request with valid credentials is in the list
/// from the moment it arrives. The credentials are not recorded. Each account keeps its last thousand requests.
#[utoipa::path(
    get,
    path = "/sandbox/requests",
    operation_id = "listRequests",
    tag = "requests",
    params(RequestQuery),
    responses(
        (status = 200, description = "The requests; the list may be empty.", body = RequestList),
        (status = 422, description = "A parameter is wrong.", body = Problem,
            content_type = "application/problem+json"),
    )
)]
pub(crate) async fn list_requests(
    journal: web::Data<Journal>,
    query: web::Query<RequestQuery>,
) -> Result<web::Json<RequestList>, Problem> {
    let RequestQuery { to, operation, after, wait, limit, account } = query.into_inner();
    ensure_account(account.as_deref())?;
    let limit = parameters::limit(limit)?;
    let deadline = parameters::deadline(wait)?;
    let operation = operation.as_deref().map_or(Some(OperationFilter::Any), OperationFilter::named);
    let operation = operation.ok_or_else(|| {
        Problem::invalid(
            "`operation` must be `start`, `check`, `other`, `any` or a name of GET /sandbox/operations.",
        )
    })?;
    let mut filter = RequestFilter::new().operation(operation).after(parameters::after(after.as_deref())?);
    filter = to.into_iter().fold(filter, RequestFilter::to);
    filter = account.into_iter().fold(filter, RequestFilter::account);
    Ok(web::Json(RequestList { requests: journal.wait_for_requests(&filter, limit, deadline).await }))
}

/// Forget requests
#[utoipa::path(
    delete,
    path = "/sandbox/requests",
    operation_id = "deleteRequests",
    tag = "requests",
    params(ForgetQuery),
    responses(
        (status = 204, description = "The requests are forgotten."),
        (status = 422, description = "A parameter is wrong.", body = Problem,
            content_type = "application/problem+json"),
    )
)]
pub(crate) async fn delete_requests(
    journal: web::Data<Journal>,
    query: web::Query<ForgetQuery>,
) -> Result<HttpResponse, Problem> {
    let ForgetQuery { to, account } = query.into_inner();
    ensure_account(account.as_deref())?;
    journal.forget_of(account.as_deref(), to.map(recipient).as_deref());
    Ok(HttpResponse::NoContent().finish())
}
