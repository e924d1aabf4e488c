//! The front page as text, and the health check.

use actix_web::{HttpResponse, web};
use serde::Serialize;
use utoipa::ToSchema;

use crate::twilio::operations::Operation;
use crate::{ACCOUNT_SID, AUTH_TOKEN, SERVICE_SID};

/// The state of the sandbox.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Health {
    /// Always `ok`.
    #[schema(example = "ok")]
    status: &'static str,
}

/// Check that the sandbox is running
#[utoipa::path(
    get,
    path = "/sandbox/health",
    operation_id = "getHealth",
    tag = "sandbox",
    responses((status = 200, description = "It is running.", body = Health))
)]
pub(crate) async fn get_health() -> web::Json<Health> {
    web::Json(Health { status: "ok" })
}

/// `GET /` for clients that do not accept HTML: a list of the paths.
pub(crate) fn index() -> HttpResponse {
    let operations: String = Operation::ALL
        .iter()
        .map(|operation| format!("  {:6} {}\n", operation.method(), operation.path()))
        .collect();
    let text = format!(
        "countersign sandbox: a test double of Twilio Verify v2 and of the line types of Lookup v2. Nothing is sent.

Twilio's API, with HTTP Basic (account SID or API key SID, and the auth token `{AUTH_TOKEN}`):
{operations}
The Sid of a verification may be its phone number or email address.
Any well-formed account SID is an account of its own. These always exist:
  account {ACCOUNT_SID}
  service {SERVICE_SID}

The control API:
  GET    /sandbox/messages?to=&channel=&after=&wait=&limit=&account=
  DELETE /sandbox/messages?to=&account=
  GET    /sandbox/code?to=&channel=&after=&wait=&account=
  GET    /sandbox/totp?factor=&account=
  GET    /sandbox/events?to=&account=
  GET    /sandbox/requests?to=&operation=&after=&wait=&limit=&account=
  DELETE /sandbox/requests?to=&account=
  POST   /sandbox/faults         {{\"operation\": \"start\", \"fault\": \"status\", \"status\": 503}}
  GET    /sandbox/faults?to=&account=
  DELETE /sandbox/faults?to=&account=
  GET    /sandbox/faults/{{id}}
  DELETE /sandbox/faults/{{id}}
  GET    /sandbox/clock
  POST   /sandbox/clock          {{\"advance_seconds\": 600}}
  DELETE /sandbox/clock
  POST   /sandbox/reset?account=
  GET    /sandbox/operations
  GET    /sandbox/health
  GET    /sandbox/openapi.json
"
    );
    HttpResponse::Ok().content_type("text/plain; charset=utf-8").body(text)
}
