//! What of Twilio's API the double offers.

use actix_web::web;
use serde::Serialize;
use utoipa::ToSchema;

use crate::twilio::operations::{Api, Operation};

/// One operation of Twilio's that the double offers.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct OfferedOperation {
    /// Its name in Twilio's OpenAPI description.
    #[schema(example = "CreateVerification")]
    operation_id: &'static str,
    /// Whose it is.
    api: Api,
    /// Its method.
    #[schema(example = "POST")]
    method: &'static str,
    /// Its path, as Twilio's description spells it.
    #[schema(example = "/v2/Services/{ServiceSid}/Verifications")]
    path: &'static str,
}

/// The operations that the double offers.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct OperationList {
    /// In the order in which they are matched.
    operations: Vec<OfferedOperation>,
}

/// List Twilio's operations that are offered
///
/// What is not here answers as Twilio does for an unknown resource: 404, code 20404.
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
