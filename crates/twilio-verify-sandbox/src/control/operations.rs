//! The operations of Twilio's API that the sandbox offers.

use actix_web::web;
use serde::Serialize;
use utoipa::ToSchema;

use crate::twilio::operations::{Api, Operation};

/// An operation of Twilio's API that the sandbox offers.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct OfferedOperation {
    /// Its name in Twilio's OpenAPI description.
    #[schema(example = "CreateVerification")]
    operation_id: &'static str,
    /// The API that it belongs to.
    api: Api,
    /// Its method.
    #[schema(example = "POST")]
    method: &'static str,
    /// Its path, as in Twilio's description.
    #[schema(example = "/v2/Services/{ServiceSid}/Verifications")]
    path: &'static str,
}

/// The operations that the sandbox offers.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct OperationList {
    /// In matching order.
    operations: Vec<OfferedOperation>,
}

/// List the operations of Twilio's API that are offered
///
/// Other operations answer as Twilio does for an unknown resource: 404 with code 20404.
#[utoipa::path(
    get,
    path = "/sandbox/operations",
    operation_id = "listOperations",
    tag = "sandbox",
    responses((status = 200, description = "The operations.", body = OperationList))
)]
pub(crate) async fn list_operations() -> web::Json<OperationList> {
    let operations = Operation::ALL
        .iter()
        .map(|operation| OfferedOperation {
            operation_id: operation.name(),
            api: operation.api(),
            method: operation.method(),
            path: operation.path(),
        })
        .collect();
    web::Json(OperationList { operations })
}
