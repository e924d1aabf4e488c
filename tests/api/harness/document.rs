//! The OpenAPI document.

use std::sync::LazyLock;

use serde_json::Value;

use super::schema::faults;

static DOCUMENT: LazyLock<Value> = LazyLock::new(|| {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/openapi/openapi.json");
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
});

/// The committed document.
pub fn document() -> &'static Value {
    &DOCUMENT
}

/// Fails if an answer has a status, an error code or a body that the document does not describe. `about`
/// describes the answer in the failure.
pub fn check(method: &str, path: &str, status: u16, body: &Value, about: &str) {
    let operation = &document()["paths"][path][method.to_lowercase()];
    if operation.is_null() {
        return;
    }
    let response = &operation["responses"][status.to_string()];
    assert!(!response.is_null(), "undocumented status: {about}");
    let content = response["content"].as_object().and_then(|content| content.values().next());
    let faults = content.map(|content| faults(body, &content["schema"])).unwrap_or_default();
    assert!(faults.is_empty(), "undocumented body, {faults:?}: {about}");
    if status >= 400 {
        let examples = &response["content"]["application/problem+json"]["examples"];
        assert!(!examples[body["code"].as_str().unwrap_or_default()].is_null(), "undocumented code: {about}");
    }
}
