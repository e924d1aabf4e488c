//! Parses the forms of challenges.

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Map, Value, json};

use super::challenge::NewChallenge;
use super::form_values::{code, string_object};
use crate::twilio::errors::TwilioError;
use crate::twilio::form::Form;
use crate::twilio::sid::is_sid;

/// The default and the maximum lifetime of a challenge (Twilio's description).
const LIFETIME: TimeDelta = TimeDelta::minutes(5);
const MAX_LIFETIME: TimeDelta = TimeDelta::minutes(60);
/// The maximum number of characters of a message, of a field's label and value, and of fields (Twilio's
/// description).
const MAX_MESSAGE: usize = 256;
const MAX_LABEL: usize = 36;
const MAX_VALUE: usize = 128;
const MAX_FIELDS: usize = 20;

impl NewChallenge {
    /// Reads a challenge to create from a form.
    ///
    /// # Errors
    /// 60300 if `FactorSid` is missing, 60306 if a parameter is invalid.
    pub(crate) fn from_form(form: &Form, now: DateTime<Utc>) -> Result<Self, TwilioError> {
        let factor_sid = form.get("FactorSid").ok_or_else(|| TwilioError::missing("FactorSid"))?;
        if !is_sid("YF", factor_sid) {
            return Err(TwilioError::invalid_request("FactorSid"));
        }
        Ok(Self {
            factor_sid: factor_sid.to_owned(),
            expires_at: expiration(form, now)?,
            details: details(form)?,
            hidden_details: string_object(form, "HiddenDetails")?,
            code: code(form)?,
        })
    }
}

/// The update of a challenge.
#[derive(Clone, Debug)]
pub(crate) struct ChallengeUpdate {
    /// The code that answers the challenge.
    pub(crate) code: Option<String>,
    /// An object with string values.
    pub(crate) metadata: Option<Value>,
}

impl ChallengeUpdate {
    /// Reads an update from a form.
    ///
    /// # Errors
    /// 60306 if a parameter is invalid.
    pub(crate) fn from_form(form: &Form) -> Result<Self, TwilioError> {
        Ok(Self { code: code(form)?, metadata: string_object(form, "Metadata")? })
    }
}

fn expiration(form: &Form, now: DateTime<Utc>) -> Result<DateTime<Utc>, TwilioError> {
    let Some(text) = form.get("ExpirationDate") else { return Ok(now + LIFETIME) };
    DateTime::parse_from_rfc3339(text)
        .ok()
        .map(|date| date.to_utc())
        .filter(|date| (now..=now + MAX_LIFETIME).contains(date))
        .ok_or_else(|| TwilioError::invalid_request("ExpirationDate"))
}

/// Returns the details. They exist for push factors, but Twilio's examples show them for a TOTP factor
/// too.
fn details(form: &Form) -> Result<Option<Value>, TwilioError> {
    let message = form.get("Details.Message");
    if message.is_some_and(|text| text.chars().count() > MAX_MESSAGE) {
        return Err(TwilioError::invalid_request("Details.Message"));
    }
    let invalid_fields = || TwilioError::invalid_request("Details.Fields");
    let fields = form.all("Details.Fields").map(|text| field(text).ok_or_else(invalid_fields));
    let fields = fields.collect::<Result<Vec<_>, _>>()?;
    if fields.len() > MAX_FIELDS {
        return Err(invalid_fields());
    }
    let is_empty = message.is_none() && fields.is_empty();
    Ok((!is_empty).then(|| json!({ "message": message, "fields": fields })))
}

/// Parses `{"label": …, "value": …}`. Twilio's clients send one such parameter per field.
fn field(text: &str) -> Option<Value> {
    let object: Map<String, Value> = serde_json::from_str(text).ok()?;
    let member = |name, max| object.get(name)?.as_str().filter(|text| text.chars().count() <= max);
    Some(json!({ "label": member("label", MAX_LABEL)?, "value": member("value", MAX_VALUE)? }))
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: DateTime<Utc> = DateTime::UNIX_EPOCH;

    fn sid() -> String {
        format!("YF{}", "0".repeat(32))
    }

    fn parse(name: &str, value: &str) -> Result<NewChallenge, TwilioError> {
        NewChallenge::from_form(&Form::from_pairs([("FactorSid", &sid()), (name, value)]), NOW)
    }

    #[test]
    fn a_challenge_expires_after_five_minutes_and_at_most_an_hour() {
        let end = |value| parse("ExpirationDate", value).map(|new| new.expires_at.timestamp());
        assert_eq!(end("").unwrap(), 300);
        assert_eq!(end("1970-01-01T01:00:00Z").unwrap(), 3_600);
        assert_eq!(end("1970-01-01T02:00:00+01:30").unwrap(), 1_800);
        for bad in ["1970-01-01T01:00:01Z", "1969-12-31T23:59:59Z", "tomorrow", "1970-01-01"] {
            assert!(end(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn details_have_a_message_and_fields() {
        assert_eq!(
            parse("Details.Message", "Hi").unwrap().details.unwrap(),
            json!({"message": "Hi", "fields": []})
        );
        let field = |label: usize, value: usize| {
            format!(r#"{{"label":"{}","value":"{}"}}"#, "l".repeat(label), "v".repeat(value))
        };
        let details = parse("Details.Fields", &field(36, 128)).unwrap().details.unwrap();
        assert_eq!(details["fields"][0]["label"].as_str().map(str::len), Some(36));
        for bad in [&field(37, 1), &field(1, 129), "{}", "[]", "x", r#"{"label":"a","value":1}"#] {
            assert!(parse("Details.Fields", bad).is_err(), "{bad}");
        }
        assert!(parse("Details.Message", &"x".repeat(257)).is_err());
        let fields = [("Details.Fields", r#"{"label":"a","value":"b"}"#); 20];
        assert_eq!(details_of(fields).unwrap().unwrap()["fields"].as_array().map(Vec::len), Some(20));
        assert!(details_of([("Details.Fields", r#"{"label":"a","value":"b"}"#); 21]).is_err());
    }

    fn details_of<const N: usize>(pairs: [(&str, &str); N]) -> Result<Option<Value>, TwilioError> {
        super::details(&Form::from_pairs(pairs))
    }
}
