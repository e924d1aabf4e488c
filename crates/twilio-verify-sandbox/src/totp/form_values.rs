//! Form parameters that factors and challenges share.

use serde_json::Value;

use crate::twilio::errors::TwilioError;
use crate::twilio::form::Form;

/// The maximum number of characters of a JSON object (Twilio's description of `Metadata` and
/// `HiddenDetails`).
const MAX_OBJECT: usize = 1_024;

/// Returns `AuthPayload`, a code of 3 to 8 digits (Twilio's description says characters).
///
/// # Errors
/// 60306 if the value has another format.
pub(super) fn code(form: &Form) -> Result<Option<String>, TwilioError> {
    match form.get("AuthPayload") {
        Some(code) if !(3..=8).contains(&code.len()) || !code.bytes().all(|byte| byte.is_ascii_digit()) => {
            Err(TwilioError::invalid_request("AuthPayload"))
        }
        code => Ok(code.map(str::to_owned)),
    }
}

/// Returns a parameter that holds a JSON object with string values.
///
/// # Errors
/// 60306 if the value is anything else, or longer than Twilio's description allows.
pub(super) fn string_object(form: &Form, name: &str) -> Result<Option<Value>, TwilioError> {
    let Some(text) = form.get(name) else { return Ok(None) };
    let object: Option<Value> = serde_json::from_str(text).ok();
    object
        .filter(|value| value.as_object().is_some_and(|members| members.values().all(Value::is_string)))
        .filter(|_| text.chars().count() <= MAX_OBJECT)
        .map(Some)
        .ok_or_else(|| TwilioError::invalid_request(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn objects_have_string_values_only() {
        let parse = |text: &str| string_object(&Form::from_pairs([("Metadata", text)]), "Metadata");
        assert_eq!(parse(r#"{"os":"Android"}"#).unwrap(), Some(serde_json::json!({"os": "Android"})));
        assert_eq!(parse("").unwrap(), None);
        let long = format!(r#"{{"os":"{}"}}"#, "x".repeat(1_016));
        for bad in ["x", "[]", "\"x\"", "null", r#"{"os":1}"#, r#"{"os":{}}"#, &long] {
            assert!(parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn codes_have_three_to_eight_digits() {
        let parse = |text: &str| code(&Form::from_pairs([("AuthPayload", text)]));
        assert_eq!(parse("012").unwrap().as_deref(), Some("012"));
        for bad in ["12", "123456789", "12a", "１２３", "-12"] {
            assert!(parse(bad).is_err(), "{bad}");
        }
    }
}
