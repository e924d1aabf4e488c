//! The components of the OpenAPI document that no type describes: security schemes and headers.

use serde_json::{Value, json};

use super::json_object::set;
use crate::http::answer::error_code::ErrorCode;

/// Adds security schemes and headers, and completes the schemas.
pub(super) fn add_components(document: &mut Value) {
    let Some(components) = document.pointer_mut("/components") else { return };
    set(components, "securitySchemes", security_schemes());
    set(components, "headers", headers());
    let schemas = components.pointer_mut("/schemas").and_then(Value::as_object_mut);
    for (name, schema) in schemas.into_iter().flatten() {
        // Unknown fields of a request are rejected. Responses may gain fields.
        if name.ends_with("Request") {
            set(schema, "additionalProperties", json!(false));
        }
    }
    if let Some(description) = components.pointer_mut("/schemas/ErrorCode/description") {
        *description = json!(format!("{}\n\n{}", description.as_str().unwrap_or_default(), list_of_codes()));
    }
}

fn security_schemes() -> Value {
    let bearer = |description: &str| {
        json!({
            "type": "http",
            "scheme": "bearer",
            "bearerFormat": "JWT",
            "description": description,
        })
    };
    json!({
        "password_ok": bearer("The password-ok token from log in. A JWT, used as RFC8725 advises."),
        "access": bearer(
            "The access token from verify or refresh. A JWT (RFC 9068), used as RFC8725 advises.",
        ),
    })
}

fn headers() -> Value {
    let text = |pattern: &str, description: &str| {
        json!({
            "description": description,
            "schema": { "type": "string", "maxLength": 1000, "pattern": pattern },
        })
    };
    json!({
        "RequestId": text(
            "^[A-Za-z0-9._-]{1,128}$",
            "The id of the request in the server's log. If the request has a valid id, the server uses that one.",
        ),
        "WwwAuthenticate": text("^Bearer", "How to authenticate (RFC 6750, RFC 9470)."),
        "Location": text("^/", "The path of the new user. Reading it requires an access token."),
        "RateLimitPolicy": text(
            "^\"[a-z_]+/[0-9]*[a-z]\";q=[0-9]+;w=[0-9]+",
            "The rate limits that apply to this request: name, quota `q` and window `w` in seconds \
             (draft-ietf-httpapi-ratelimit-headers-10). Absent if no limit applies.",
        ),
        "RateLimit": text(
            "^\"[a-z_]+/[0-9]*[a-z]\";r=[0-9]+",
            "For each limit, the remaining quota `r` and the seconds `t` until more becomes available. A limit \
             that is shared with other clients is listed only when it rejects a request.",
        ),
        "RetryAfter": {
            "description": "Seconds to wait before the next attempt, as in `retry_after`.",
            "schema": { "type": "integer", "format": "int32", "minimum": 1, "maximum": 86400 },
        },
    })
}

/// Returns a Markdown list of all error codes, each with its status and default detail.
fn list_of_codes() -> String {
    let item =
        |code: ErrorCode| format!("- `{}` ({}): {}", code.as_str(), code.status().as_u16(), code.detail());
    ErrorCode::ALL.map(item).join("\n")
}
