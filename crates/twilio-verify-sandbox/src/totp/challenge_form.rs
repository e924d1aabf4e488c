//! What a form says of a challenge.

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Map, Value, json};

use super::challenge::{Challenge, NewChallenge};
use super::factor_form::{code, object};
use crate::twilio::errors::TwilioError;
use crate::twilio::form::Form;
use crate::twilio::sid::is_sid;

/// How long a challenge lives where nothing is asked for, and at most (Twilio's description).
const LIFETIME: TimeDelta = TimeDelta::minutes(5);
const MAX_LIFETIME: TimeDelta = TimeDelta::minutes(60);
/// Most characters of a message, of a field's label and of its value, and most fields (Twilio's description).
const MAX_MESSAGE: usize = 256;
const MAX_LABEL: usize = 36;
const MAX_VALUE: usize = 128;
const MAX_FIELDS: usize = 20;

impl NewChallenge {
    /// The challenge that a form asks for.
    ///
    /// # Errors
    /// 60300, 60306.
    pub(crate) fn from_form(form: &Form, now: DateTime<Utc>) -> Result<Self, TwilioError> {
        let factor_sid = form.get("FactorSid").ok_or_else(|| TwilioError::missing("FactorSid"))?;
        if !is_sid("YF", factor_sid) {
            return Err(TwilioError::invalid_request("FactorSid"));
        }
        Ok(Self {
            factor_sid: factor_sid.to_owned(),
            expires_at: expiration(form, now)?,
            details: details(form)?,
            hidden_details: object(form, "HiddenDetails")?,
            code: code(form)?,
        })
    }
}

/// An answer to a challenge.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    /// The code.
    pub(crate) code: Option<String>,
    /// An object of texts.
    pub(crate) metadata: Option<Value>,
}

impl Answer {
    /// The answer that a form brings.
    ///
    /// # Errors
    /// 60306.
    pub(crate) fn from_form(form: &Form) -> Result<Self, TwilioError> {
        Ok(Self { code: code(form)?, metadata: object(form, "Metadata")? })
    }
}

/// Which challenges are to be listed, and in which order.
#[derive(Clone, Debug)]
pub(crate) struct Filter {
    factor_sid: Option<String>,
    status: Option<String>,
    /// Whether the newest comes first; Twilio's default is the other way round.
    pub(crate) newest_first: bool,
}

impl Filter {
    /// The filter that a query asks for.
    ///
    /// # Errors
    /// 60200.
    pub(crate) fn from_form(form: &Form) -> Result<Self, TwilioError> {
        Ok(Self {
            factor_sid: form.sid("FactorSid", "YF")?,
            status: form.word("Status", &["pending", "expired", "approved", "denied"])?,
            newest_first: form.word("Order", &["asc", "desc"])?.as_deref() == Some("desc"),
        })
    }

    /// Whether it lets that challenge through.
    pub(crate) fn wants(&self, challenge: &Challenge, now: DateTime<Utc>) -> bool {
        self.factor_sid.as_ref().is_none_or(|sid| *sid == challenge.factor_sid)
            && self.status.as_ref().is_none_or(|status| status == challenge.status(now).as_str())
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

/// They are meant for push factors. Twilio's examples tell them of a challenge for a TOTP factor too.
fn details(form: &Form) -> Result<Option<Value>, TwilioError> {
    let message = form.get("Details.Message");
    if message.is_some_and(|text| text.chars().count() > MAX_MESSAGE) {
        return Err(TwilioError::invalid_request("Details.Message"));
    }
    let bad = || TwilioError::invalid_request("Details.Fields");
    let fields = form.all("Details.Fields").map(|text| field(text).ok_or_else(bad));
    let fields = fields.collect::<Result<Vec<_>, _>>()?;
    if fields.len() > MAX_FIELDS {
        return Err(bad());
    }
    let is_empty = message.is_none() && fields.is_empty();
    Ok((!is_empty).then(|| json!({ "message": message, "fields": fields })))
}

/// `{"label": …, "value": …}`, as the official clients send each of an array's objects.
fn field(text: &str) -> Option<Value> {
    let object: Map<String, Value> = serde_json::from_str(text).ok()?;
    let part = |name, most| object.get(name)?.as_str().filter(|text| text.chars().count() <= most);
    Some(json!({ "label": part("label", MAX_LABEL)?, "value": part("value", MAX_VALUE)? }))
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: DateTime<Utc> = DateTime::UNIX_EPOCH;

    fn sid() -> String {
        format!("YF{}", "0".repeat(32))
    }

    fn made(name: &str, value: &str) -> Result<NewChallenge, TwilioError> {
        NewChallenge::from_form(&Form::from_pairs([("FactorSid", &sid()), (name, value)]), NOW)
    }

    #[test]
    fn a_challenge_ends_after_five_minutes_and_at_most_an_hour() {
        let end = |value| made("ExpirationDate", value).map(|new| new.expires_at.timestamp());
        assert_eq!(end("").unwrap(), 300);
        assert_eq!(end("1970-01-01T01:00:00Z").unwrap(), 3_600);
        assert_eq!(end("1970-01-01T02:00:00+01:30").unwrap(), 1_800);
        for bad in ["1970-01-01T01:00:01Z", "1969-12-31T23:59:59Z", "tomorrow", "1970-01-01"] {
            assert!(end(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn details_are_a_message_and_fields() {
        assert_eq!(
            made("Details.Message", "Hi").unwrap().details.unwrap(),
            json!({"message": "Hi", "fields": []})
        );
        let field = |label: usize, value: usize| {
            format!(r#"{{"label":"{}","value":"{}"}}"#, "l".repeat(label), "v".repeat(value))
        };
        let details = made("Details.Fields", &field(36, 128)).unwrap().details.unwrap();
        assert_eq!(details["fields"][0]["label"].as_str().map(str::len), Some(36));
        for bad in [&field(37, 1), &field(1, 129), "{}", "[]", "x", r#"{"label":"a","value":1}"#] {
            assert!(made("Details.Fields", bad).is_err(), "{bad}");
        }
        assert!(made("Details.Message", &"x".repeat(257)).is_err());
        let fields = [("Details.Fields", r#"{"label":"a","value":"b"}"#); 20];
        assert_eq!(details_of(fields).unwrap().unwrap()["fields"].as_array().map(Vec::len), Some(20));
        assert!(details_of([("Details.Fields", r#"{"label":"a","value":"b"}"#); 21]).is_err());
    }

    fn details_of<const N: usize>(pairs: [(&str, &str); N]) -> Result<Option<Value>, TwilioError> {
        super::details(&Form::from_pairs(pairs))
    }
}
