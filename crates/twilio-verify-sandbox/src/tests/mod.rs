//! Tests of the sandbox over HTTP. Each test starts its own server on a free port.

mod account;
mod control;
mod faults;
mod raw_http;
mod sandbox;
mod totp;
mod verification;
mod wire;

use reqwest::{Method, Response};
use serde_json::Value;

use super::{ACCOUNT_SID, AUTH_TOKEN, SERVICE_SID};
use sandbox::{Answer, Sandbox};

const PHONE: &str = "+12015550123";

/// Returns a code of the same length that differs from `code`.
fn wrong_code(code: &str) -> String {
    code.chars().map(|digit| if digit == '0' { '1' } else { '0' }).collect()
}

/// Returns the path and query of a URL from a response.
fn path_of(url: &Value) -> String {
    let rest = url.as_str().unwrap().strip_prefix("http://").unwrap();
    rest[rest.find('/').unwrap()..].to_owned()
}

/// Returns the names of a resource's fields in alphabetical order.
fn members(resource: &Value) -> Vec<&str> {
    let mut names: Vec<_> = resource.as_object().unwrap().keys().map(String::as_str).collect();
    names.sort_unstable();
    names
}

/// Returns whether `value` is a date in Twilio's format, without fractional seconds.
fn is_date(value: &Value) -> bool {
    value.as_str().is_some_and(|text| {
        text.len() == "2026-01-01T00:00:00Z".len()
            && text.ends_with('Z')
            && chrono::DateTime::parse_from_rfc3339(text).is_ok()
    })
}

fn is_sid(prefix: &str, value: &Value) -> bool {
    value.as_str().is_some_and(|text| crate::twilio::sid::is_sid(prefix, text))
}
