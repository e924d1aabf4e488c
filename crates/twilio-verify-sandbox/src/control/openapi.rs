//! The OpenAPI document of the control API. Twilio describes its own part.

use actix_web::web;
use utoipa::openapi::{ContentBuilder, OpenApi as OpenApiDocument, Ref, Response, ResponseBuilder};
use utoipa::{Modify, OpenApi};

use super::clock::{self, ClockMove, ClockReading};
use super::fault_bodies::{FaultBody, NewFaultBody};
use super::faults::{self, FaultList};
use super::inbox::{self, MessageList};
use super::index::{self, Health};
use super::operations::{self, OfferedOperation, OperationList};
use super::problem::{Problem, ProblemCode};
use super::requests::{self, RequestList};
use super::{events, reset, totp};
use crate::faults::effect::FaultKind;
use crate::faults::operation_filter::OperationKind;
use crate::faults::recorded_request::RecordedRequest;
use crate::options::Extension;
use crate::phone::channel::Channel;
use crate::phone::message::Message;

#[derive(OpenApi)]
#[openapi(
    info(
        title = "countersign sandbox",
        description = "The control API of the test double of Twilio Verify v2. Every answer has the header \
            `Countersign-Mode: dev`. If `Host` is neither loopback nor an allowed name, the answer is 403 \
            `host_not_allowed`. If the request comes from a page of another site, it is 403 `origin_not_allowed`. \
            Below `/v2`, the sandbox offers Twilio's API.\n\n\
            Magic numbers: `+1 NPA 555-01xy`, with any area code. xy 00-39: the code arrives at once. 40-49: the \
            code is 424242. 50-54: a landline, 403/60205 by SMS. 55-59: not allowed by the geo permissions, 403/60605 \
            by SMS and call. 60-64: blocked by Fraud Guard, 403/60410 by SMS. 65-69: 429/60203. 70-74: 429/20429 with \
            `Retry-After`. 75-79: 503/20503. 80-84: arrives after 8 seconds. 85-89: never arrives. 90-94: gone at \
            the check, 404/20404. 95-99: sent, then the connection is dropped. No state is involved: the number alone \
            decides, every time. `RiskCheck=disable` lifts 55-64 by SMS."
    ),
    paths(
        inbox::list_messages,
        inbox::delete_messages,
        inbox::get_code,
        totp::get_totp,
        events::listen,
        faults::make_fault,
        faults::list_faults,
        faults::delete_faults,
        faults::get_fault,
        faults::delete_fault,
        requests::list_requests,
        requests::delete_requests,
        clock::get_clock,
        clock::advance_clock,
        clock::reset_clock,
        reset::reset,
        operations::list_operations,
        index::get_health,
        get_document,
    ),
    components(schemas(
        Channel, ClockMove, ClockReading, RecordedRequest, FaultKind, FaultList, FaultBody, Health, OperationKind,
        Message, MessageList, OfferedOperation, OperationList, Problem, ProblemCode, RequestList, NewFaultBody,
    )),
    modifiers(&Guarded),
    tags(
        (name = "messages", description = "The messages on the virtual phones and in the mailboxes."),
        (name = "faults", description = "Errors that the sandbox makes on purpose."),
        (name = "requests", description = "The requests that Twilio would have received."),
        (name = "clock", description = "The sandbox's time."),
        (name = "sandbox", description = "The sandbox as a whole."),
    ),
)]
struct Document;

/// Adds the answers of the guard to every operation.
struct Guarded;

impl Modify for Guarded {
    fn modify(&self, document: &mut OpenApiDocument) {
        for item in document.paths.paths.values_mut() {
            let operations = [&mut item.get, &mut item.post, &mut item.delete];
            for operation in operations.into_iter().flatten() {
                let answers = &mut operation.responses.responses;
                answers.insert("403".to_owned(), refusal("`host_not_allowed`, `origin_not_allowed`.").into());
                let unknown = || refusal("An unknown parameter (`validation_failed`).").into();
                answers.entry("422".to_owned()).or_insert_with(unknown);
            }
        }
    }
}

fn refusal(description: &str) -> Response {
    let problem = ContentBuilder::new().schema(Some(Ref::from_schema_name("Problem"))).build();
    ResponseBuilder::new().description(description).content("application/problem+json", problem).build()
}

/// Get this document
#[utoipa::path(
    get,
    path = "/sandbox/openapi.json",
    operation_id = "getDocument",
    tag = "sandbox",
    responses((status = 200, description = "OpenAPI 3.1.", body = Object))
)]
pub(crate) async fn get_document(extension: web::Data<Option<Extension>>) -> web::Json<OpenApiDocument> {
    web::Json(document(extension.as_ref().as_ref()))
}

/// Returns the document of the control API and of the extension.
pub(crate) fn document(extension: Option<&Extension>) -> OpenApiDocument {
    let mut document = Document::openapi();
    if let Some(extension) = extension {
        document.merge(extension.document());
        Guarded.modify(&mut document);
    }
    document
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_document_has_no_null_and_no_one_of() {
        let text = Document::openapi().to_json().unwrap();
        assert!(text.starts_with(r#"{"openapi":"3.1"#), "{text}");
        assert!(!text.contains("null") && !text.contains("oneOf"), "{text}");
    }
}
