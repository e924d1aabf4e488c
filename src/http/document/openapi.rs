//! The OpenAPI document: generated from the handlers, then completed from `routes::OPERATIONS` with errors,
//! security requirements, headers and examples.

use actix_web::App;
use serde_json::{Map, Value, json};
use utoipa::OpenApi;
use utoipa_actix_web::AppExt;

use super::components::add_components;
use super::json_object::set;
use super::{examples, problem_examples};
use crate::http::answer::challenge;
use crate::http::answer::error_code::ErrorCode;
use crate::http::answer::field_error::{FieldError, FieldErrorCode};
use crate::http::answer::problem::ProblemBody;
use crate::http::logout;
use crate::http::request::delivery;
use crate::http::routes::{self, Access, Operation};

/// The parts of the document that do not come from a handler.
#[derive(OpenApi)]
#[openapi(
    info(
        title = "countersign",
        description = include_str!("openapi_description.md"),
        contact(name = "The countersign authors"),
        license(name = "MIT OR Apache-2.0", identifier = "MIT OR Apache-2.0"),
    ),
    servers((url = "/", description = "This server.")),
    tags(
        (name = "Log in", description = "Sign up, log in, verify, refresh and log out."),
        (
            name = "Account",
            description = "Manage the user, their contact data and their sessions. Requires an access token.",
        ),
        (name = "Operations", description = "Health checks for load balancers, and keys for resource servers."),
    ),
    components(schemas(
        ProblemBody, ErrorCode, FieldError, FieldErrorCode, challenge::Channel, delivery::PhoneChannel,
        logout::LogoutScope,
    )),
)]
struct ApiDoc;

/// Builds the document, OpenAPI 3.1.
pub fn document() -> Value {
    let app = App::new().into_utoipa_app().openapi(ApiDoc::openapi()).configure(routes::configure);
    let mut document = serde_json::to_value(app.split_for_parts().1).unwrap_or_default();
    add_components(&mut document);
    let paths = document.pointer_mut("/paths").and_then(Value::as_object_mut);
    for item in paths.into_iter().flat_map(Map::values_mut) {
        for operation in item.as_object_mut().into_iter().flat_map(Map::values_mut) {
            let id = operation.get("operationId").and_then(Value::as_str);
            let known = id.and_then(|id| routes::OPERATIONS.iter().find(|known| known.id == id));
            if let Some(known) = known {
                complete(operation, known);
            }
        }
    }
    document
}

/// Builds the document for tools that support only OpenAPI 3.0. It uses no other features of 3.1.
pub fn document_3_0() -> Value {
    let mut document = document();
    set(&mut document, "openapi", json!("3.0.3"));
    if let Some(license) = document.pointer_mut("/info/license").and_then(Value::as_object_mut) {
        license.remove("identifier");
        license.insert("url".into(), json!("https://spdx.org/licenses/MIT.html"));
    }
    remove_siblings_of_references(&mut document);
    document
}

/// Removes the siblings of every `$ref`, which 3.0 does not allow.
fn remove_siblings_of_references(value: &mut Value) {
    if let Some(object) = value.as_object_mut()
        && object.contains_key("$ref")
    {
        object.retain(|name, _| name == "$ref");
    }
    let children: Vec<&mut Value> = match value {
        Value::Object(object) => object.values_mut().collect(),
        Value::Array(items) => items.iter_mut().collect(),
        _ => Vec::new(),
    };
    children.into_iter().for_each(remove_siblings_of_references);
}

/// Adds security, examples, headers and errors to an operation.
fn complete(target: &mut Value, operation: &Operation) {
    let security = match operation.access {
        // An empty list, so that Swagger UI sends no token. Guest operations would reject it.
        Access::Public | Access::Guest => json!([]),
        Access::PasswordOk => json!([{ "password_ok": [] }]),
        // If both are filled in, Swagger UI sends the last one.
        Access::LoggedIn => json!([{ "password_ok": [] }, { "access": [] }]),
        Access::FullAccess => json!([{ "access": [] }]),
    };
    set(target, "security", security);
    if let Some(content) = target.pointer_mut("/requestBody/content/application~1json") {
        set(content, "examples", examples::of_request(operation.id));
        let optional = matches!(operation.id, "resend" | "logout");
        if let Some(body) = target.get_mut("requestBody") {
            set(body, "required", json!(!optional));
        }
    }
    let Some(responses) = target.get_mut("responses") else { return };
    for (status, response) in responses.as_object_mut().into_iter().flatten() {
        let mut headers = json!({ "X-Request-Id": { "$ref": "#/components/headers/RequestId" } });
        if status == "201" {
            set(&mut headers, "Location", json!({ "$ref": "#/components/headers/Location" }));
        }
        set(response, "headers", headers);
        if let Some(content) = response.pointer_mut("/content/application~1json") {
            set(content, "examples", examples::of_answer(operation.id));
        }
    }
    let is_limited = operation.errors.contains(&ErrorCode::RateLimited);
    for code in operation.all_errors() {
        let status = code.status().as_u16().to_string();
        if responses.get(&status).is_none() {
            set(responses, &status, problem_response(code));
        }
        let examples = responses
            .get_mut(&status)
            .and_then(|response| response.pointer_mut("/content/application~1problem+json/examples"));
        if let Some(examples) = examples {
            let value =
                serde_json::to_value(problem_examples::problem(operation.id, code)).unwrap_or_default();
            set(examples, code.as_str(), json!({ "summary": code.title(), "value": value }));
        }
    }
    for (status, response) in responses.as_object_mut().into_iter().flatten().filter(|_| is_limited) {
        // A request that is rejected by its guard or its body is not counted.
        let is_own = operation.errors.iter().any(|code| code.status().as_str() == status);
        let is_counted = status.starts_with('2') || (is_own && !status.starts_with('5'));
        if let Some(headers) = response.get_mut("headers").filter(|_| is_counted) {
            for (header, component) in [("RateLimit-Policy", "RateLimitPolicy"), ("RateLimit", "RateLimit")] {
                set(headers, header, json!({ "$ref": format!("#/components/headers/{component}") }));
            }
        }
    }
}

/// Builds the response for the status of `code`, without examples.
fn problem_response(code: ErrorCode) -> Value {
    let mut headers = json!({ "X-Request-Id": { "$ref": "#/components/headers/RequestId" } });
    match code.status().as_u16() {
        401 => {
            set(&mut headers, "WWW-Authenticate", json!({ "$ref": "#/components/headers/WwwAuthenticate" }))
        }
        429 | 503 => set(&mut headers, "Retry-After", json!({ "$ref": "#/components/headers/RetryAfter" })),
        _ => {}
    }
    let reason = code.status().canonical_reason().unwrap_or_default();
    json!({
        "description": format!("{reason}. The field `code` identifies the error; see the examples."),
        "headers": headers,
        "content": { "application/problem+json": {
            "schema": { "$ref": "#/components/schemas/Problem" },
            "examples": {},
        } },
    })
}
