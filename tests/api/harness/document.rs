//! The OpenAPI document, as clients have it.

use std::sync::LazyLock;

use serde_json::Value;

static DOCUMENT: LazyLock<Value> = LazyLock::new(|| {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/openapi/openapi.json");
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
});

/// The document that is committed.
pub fn document() -> &'static Value {
    &DOCUMENT
}

/// Fails when an operation answers a status, or a problem's code, that the document does not tell of.
/// `about`: what to say then.
pub fn check(method: &str, path: &str, status: u16, code: Option<&str>, about: &str) {
    let operation = &document()["paths"][path][method.to_lowercase()];
    if operation.is_null() {
        return;
    }
    let response = &operation["responses"][status.to_string()];
    assert!(!response.is_null(), "undocumented status: {about}");
    if status >= 400 {
        let examples = &response["content"]["application/problem+json"]["examples"];
        assert!(!examples[code.unwrap_or_default()].is_null(), "undocumented code: {about}");
    }
}
