//! Edits JSON objects.

use serde_json::Value;

/// Sets a member of a JSON object.
pub(super) fn set(target: &mut Value, name: &str, value: Value) {
    if let Some(object) = target.as_object_mut() {
        object.insert(name.to_owned(), value);
    }
}
