//! Validates a value against a schema of the OpenAPI document. It knows only the JSON Schema keywords of the
//! document, and fails on any other keyword.

use regex::Regex;
use serde_json::Value;

use super::document;

/// The violations of a schema; empty if the value is valid.
pub fn faults(value: &Value, schema: &Value) -> Vec<String> {
    let mut faults = Vec::new();
    check("", value, schema, &mut faults);
    faults
}

/// Follows a reference.
pub fn resolved(schema: &Value) -> &Value {
    match schema["$ref"].as_str() {
        Some(reference) => {
            let pointer = reference.strip_prefix('#').unwrap();
            document().pointer(pointer).unwrap_or_else(|| panic!("{reference} leads nowhere"))
        }
        None => schema,
    }
}

fn check(at: &str, value: &Value, schema: &Value, faults: &mut Vec<String>) {
    let schema = resolved(schema);
    for (keyword, operand) in schema.as_object().unwrap() {
        if !holds(keyword, operand, value) {
            faults.push(format!("{at}: {value} breaks {keyword} {operand}"));
        }
    }
    for (index, item) in value.as_array().into_iter().flatten().enumerate() {
        check(&format!("{at}/{index}"), item, &schema["items"], faults);
    }
    for (name, member) in value.as_object().into_iter().flatten() {
        match schema["properties"].get(name) {
            Some(schema) => check(&format!("{at}/{name}"), member, schema, faults),
            // Answers may get new fields, but the document must describe them.
            None => faults.push(format!("{at}/{name} is not in the document")),
        }
    }
}

fn holds(keyword: &str, operand: &Value, value: &Value) -> bool {
    let length = value.as_str().map(|text| text.chars().count() as u64);
    let number = value.as_f64();
    let limit = operand.as_f64();
    match keyword {
        "type" => match operand.as_str().unwrap() {
            "object" => value.is_object(),
            "array" => value.is_array(),
            "string" => value.is_string(),
            "boolean" => value.is_boolean(),
            "integer" => value.is_i64() || value.is_u64(),
            other => panic!("unknown type {other}"),
        },
        "enum" => operand.as_array().unwrap().contains(value),
        "required" => {
            operand.as_array().unwrap().iter().all(|name| value.get(name.as_str().unwrap()).is_some())
        }
        "minLength" => length >= operand.as_u64(),
        "maxLength" => length.is_some_and(|length| Some(length) <= operand.as_u64()),
        "pattern" => {
            Regex::new(operand.as_str().unwrap()).unwrap().is_match(value.as_str().unwrap_or_default())
        }
        "minimum" => number >= limit,
        "maximum" => number.is_some_and(|number| Some(number) <= limit),
        "maxItems" => value.as_array().is_some_and(|items| Some(items.len() as u64) <= operand.as_u64()),
        "format" => is_of_format(operand.as_str().unwrap(), value),
        "items" | "properties" | "additionalProperties" | "description" | "writeOnly" => true,
        other => panic!("unknown keyword {other}"),
    }
}

fn is_of_format(format: &str, value: &Value) -> bool {
    let text = value.as_str().unwrap_or_default();
    match format {
        "date-time" => text.ends_with('Z') && chrono::DateTime::parse_from_rfc3339(text).is_ok(),
        "uuid" => uuid::Uuid::parse_str(text).is_ok(),
        "email" => text.contains('@'),
        "uri" => text.contains(':'),
        "int32" => value.as_i64().is_some_and(|number| i32::try_from(number).is_ok()),
        "password" => true,
        other => panic!("unknown format {other}"),
    }
}
