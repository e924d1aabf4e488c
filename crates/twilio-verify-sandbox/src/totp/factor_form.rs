//! What a form says of a factor.

use serde_json::Value;

use super::base32;
use super::{Algorithm, Config};
use crate::account::service::Service;
use crate::random;
use crate::twilio::errors::TwilioError;
use crate::twilio::form::Form;

/// Most characters of a friendly name (Twilio's description).
const MAX_NAME: usize = 64;
/// Most characters of an object of texts (Twilio's description of `Metadata` and `HiddenDetails`).
const MAX_OBJECT: usize = 1_024;
/// Most characters of a secret. Twilio tells no number; 512 bits take 103.
const MAX_SECRET: usize = 256;
/// Bytes of a secret that is made here (RFC 4226, section 4: 160 bits are recommended).
const SECRET_BYTES: usize = 20;

/// A factor that is wanted.
#[derive(Clone, Debug)]
pub(crate) struct NewFactor {
    /// For people.
    pub(crate) friendly_name: String,
    /// The caller's, or a fresh one.
    pub(crate) secret: Vec<u8>,
    /// The caller's, completed from the service.
    pub(crate) config: Config,
    /// An object of texts.
    pub(crate) metadata: Option<Value>,
}

impl NewFactor {
    /// The factor that a form asks for.
    ///
    /// # Errors
    /// 60300, 60306, 60314; 60204 for factors that need what no service here has: a credential for push notifications,
    /// or the passkeys of a web page.
    pub(crate) fn from_form(form: &Form, service: &Service) -> Result<Self, TwilioError> {
        let name = name(form)?.ok_or_else(|| TwilioError::missing("FriendlyName"))?;
        match form.get("FactorType") {
            Some("totp") => {}
            Some(other @ ("push" | "passkeys")) => return Err(TwilioError::feature_not_enabled(other)),
            Some(_) => return Err(TwilioError::invalid_request("FactorType")),
            None => return Err(TwilioError::missing("FactorType")),
        }
        let totp = &service.settings.totp;
        let default = Config {
            alg: Algorithm::Sha1,
            skew: totp.skew,
            code_length: totp.code_length,
            time_step: totp.time_step,
        };
        let secret = match form.get("Binding.Secret") {
            Some(text) if text.len() <= MAX_SECRET => {
                base32::decode(text).ok_or_else(TwilioError::bad_binding)?
            }
            Some(_) => return Err(TwilioError::bad_binding()),
            None => random::bytes::<SECRET_BYTES>()?.to_vec(),
        };
        Ok(Self {
            friendly_name: name,
            secret,
            config: config(form, default)?,
            metadata: object(form, "Metadata")?,
        })
    }
}

/// A change that is wanted.
#[derive(Clone, Debug)]
pub(crate) struct FactorChange {
    /// The code that is to verify it.
    pub(crate) code: Option<String>,
    /// Another name.
    pub(crate) friendly_name: Option<String>,
    /// The whole configuration after the change.
    pub(crate) config: Config,
}

impl FactorChange {
    /// The change that a form asks for, of a factor that is configured so. What is for push factors only is not looked at.
    ///
    /// # Errors
    /// 60306.
    pub(crate) fn from_form(form: &Form, present: Config) -> Result<Self, TwilioError> {
        Ok(Self { code: code(form)?, friendly_name: name(form)?, config: config(form, present)? })
    }
}

/// `AuthPayload`: 3 to 8 characters (Twilio's description), which are digits.
///
/// # Errors
/// 60306.
pub(crate) fn code(form: &Form) -> Result<Option<String>, TwilioError> {
    match form.get("AuthPayload") {
        Some(code) if !(3..=8).contains(&code.len()) || !code.bytes().all(|byte| byte.is_ascii_digit()) => {
            Err(TwilioError::invalid_request("AuthPayload"))
        }
        code => Ok(code.map(str::to_owned)),
    }
}

/// A parameter that is JSON in text: an object whose values are texts.
///
/// # Errors
/// 60306 for any other, or a longer one than Twilio's description allows.
pub(crate) fn object(form: &Form, name: &str) -> Result<Option<Value>, TwilioError> {
    let Some(text) = form.get(name) else { return Ok(None) };
    let object: Option<Value> = serde_json::from_str(text).ok();
    object
        .filter(|value| value.as_object().is_some_and(|members| members.values().all(Value::is_string)))
        .filter(|_| text.chars().count() <= MAX_OBJECT)
        .map(Some)
        .ok_or_else(|| TwilioError::invalid_request(name))
}

fn name(form: &Form) -> Result<Option<String>, TwilioError> {
    match form.get("FriendlyName") {
        Some(name) if name.chars().count() > MAX_NAME => Err(TwilioError::invalid_request("FriendlyName")),
        name => Ok(name.map(str::to_owned)),
    }
}

fn config(form: &Form, present: Config) -> Result<Config, TwilioError> {
    let number = |name, least, most, present| match form.integer(name, least, most) {
        Ok(number) => Ok(number.unwrap_or(present)),
        Err(_) => Err(TwilioError::invalid_request(name)),
    };
    let alg = match form.get("Config.Alg") {
        Some(name) => Algorithm::named(name).ok_or_else(|| TwilioError::invalid_request("Config.Alg"))?,
        None => present.alg,
    };
    Ok(Config {
        alg,
        skew: number("Config.Skew", 0, 2, present.skew)?,
        code_length: number("Config.CodeLength", 3, 8, present.code_length)?,
        time_step: number("Config.TimeStep", 20, 60, present.time_step)?,
    })
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;

    use super::*;

    fn service() -> Service {
        let form = Form::from_pairs([("FriendlyName", "x"), ("Totp.TimeStep", "45"), ("Totp.Skew", "2")]);
        Service::from_form("VA".into(), &form, DateTime::UNIX_EPOCH).unwrap()
    }

    #[test]
    fn the_service_completes_what_is_not_sent() {
        let form = Form::from_pairs([
            ("FriendlyName", "Ada"),
            ("FactorType", "totp"),
            ("Config.Skew", "0"),
            ("Config.Alg", "sha512"),
            ("Binding.Secret", "mzxw6==="),
        ]);
        let factor = NewFactor::from_form(&form, &service()).unwrap();
        assert_eq!(factor.secret, b"foo");
        let expected = Config { alg: Algorithm::Sha512, skew: 0, code_length: 6, time_step: 45 };
        assert_eq!(factor.config, expected);
        let change =
            FactorChange::from_form(&Form::from_pairs([("Config.CodeLength", "8")]), expected).unwrap();
        assert_eq!(change.config, Config { code_length: 8, ..expected });
    }

    #[test]
    fn objects_hold_texts() {
        let told = |text: &str| object(&Form::from_pairs([("Metadata", text)]), "Metadata");
        assert_eq!(told(r#"{"os":"Android"}"#).unwrap(), Some(serde_json::json!({"os": "Android"})));
        assert_eq!(told("").unwrap(), None);
        let long = format!(r#"{{"os":"{}"}}"#, "x".repeat(1_016));
        for bad in ["x", "[]", "\"x\"", "null", r#"{"os":1}"#, r#"{"os":{}}"#, &long] {
            assert!(told(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn codes_are_three_to_eight_digits() {
        let told = |text: &str| code(&Form::from_pairs([("AuthPayload", text)]));
        assert_eq!(told("012").unwrap().as_deref(), Some("012"));
        for bad in ["12", "123456789", "12a", "１２３", "-12"] {
            assert!(told(bad).is_err(), "{bad}");
        }
    }
}
