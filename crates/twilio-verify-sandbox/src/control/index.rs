//! The front door.

use actix_web::{HttpResponse, web};
use serde::Serialize;
use utoipa::ToSchema;

use crate::twilio::operations::Operation;
use crate::{ACCOUNT_SID, AUTH_TOKEN, SERVICE_SID};

/// That the sandbox answers.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Health {
    /// Always `ok`.
    #[schema(example = "ok")]
    status: &'static str,
}

/// Ask whether the sandbox answers
#[utoipa::path(
    get,
    path = "/sandbox/health",
    operation_id = "getHealth",
    tag = "sandbox",
    responses((status = 200, description = "It does.", body = Health))
)]
pub(crate) async fn get_health() -> web::Json<Health> {
    web::Json(Health { status: "ok" })
}

/// `GET /` for whoever reads no HTML: what there is.
pub(crate) fn index() -> HttpResponse {
    let operations: String = Operation::ALL
        .iter()
        .map(|operation| format!("  {:6} {}\n", operation.method(), operation.path()))
        .collect();
    let text = format!(
        "countersign sandbox: a double of Twilio Verify v2, and of Lookup v2's line types. Nothing is sent anywhere.

Twilio's part, with Basic auth (account SID or API key SID, and the word `{AUTH_TOKEN}`):
{operations}
A verification's Sid may be the number or the address that it went to.
Any well-formed account SID is an account of its own. These always work:
  account {ACCOUNT_SID}
  service {SERVICE_SID}

The virtual phones, the journal, what is broken on purpose, and the clock:
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
