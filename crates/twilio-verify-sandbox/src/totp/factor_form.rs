//! Parses the forms of factors.

use serde_json::Value;

use super::algorithm::Algorithm;
use super::base32;
use super::config::TotpConfig;
use super::form_values::{code, string_object};
use crate::account::service::Service;
use crate::random;
use crate::twilio::errors::TwilioError;
use crate::twilio::form::Form;

/// The maximum number of characters of a friendly name (Twilio's description).
const MAX_NAME: usize = 64;
/// The maximum number of characters of a secret. Twilio does not document one. 512 bits take 103 characters.
const MAX_SECRET: usize = 256;
/// The number of bytes of a generated secret. RFC 4226, section 4, recommends 160 bits.
const SECRET_BYTES: usize = 20;

/// The parameters of a factor to create.
#[derive(Clone, Debug)]
pub(crate) struct NewFactor {
    /// The name that an authenticator shows for the account.
    pub(crate) friendly_name: String,
    /// The caller's secret, or a generated one.
    pub(crate) secret: Vec<u8>,
    /// The caller's configuration, with the service's values as defaults.
    pub(crate) config: TotpConfig,
    /// An object with string values.
    pub(crate) metadata: Option<Value>,
}

impl NewFactor {
    /// Reads a factor to create from a form.
    ///
    /// # Errors
    /// 60300 if a parameter is missing, 60306 if one is invalid, 60314 if the secret is invalid, and 60204
    /// for push and passkey factors, which no service of the sandbox supports.
    pub(crate) fn from_form(form: &Form, service: &Service) -> Result<Self, TwilioError> {
        let friendly_name = friendly_name(form)?.ok_or_else(|| TwilioError::missing("FriendlyName"))?;
        match form.get("FactorType") {
            Some("totp") => {}
            Some(other @ ("push" | "passkeys")) => return Err(TwilioError::feature_not_enabled(other)),
            Some(_) => return Err(TwilioError::invalid_request("FactorType")),
            None => return Err(TwilioError::missing("FactorType")),
        }
        let totp = &service.settings.totp;
        let default = TotpConfig {
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
            friendly_name,
            secret,
            config: config(form, default)?,
            metadata: string_object(form, "Metadata")?,
        })
    }
}

/// The update of a factor.
#[derive(Clone, Debug)]
pub(crate) struct FactorUpdate {
    /// The code that verifies the factor.
    pub(crate) code: Option<String>,
    /// The new name.
    pub(crate) friendly_name: Option<String>,
    /// The complete configuration after the update.
    pub(crate) config: TotpConfig,
}

impl FactorUpdate {
    /// Reads an update from a form. `current` is the configuration before the update. Parameters of push
    /// factors are ignored.
    ///
    /// # Errors
    /// 60306 if a parameter is invalid.
    pub(crate) fn from_form(form: &Form, current: TotpConfig) -> Result<Self, TwilioError> {
        Ok(Self { code: code(form)?, friendly_name: friendly_name(form)?, config: config(form, current)? })
    }
}

fn friendly_name(form: &Form) -> Result<Option<String>, TwilioError> {
    match form.get("FriendlyName") {
        Some(name) if name.chars().count() > MAX_NAME => Err(TwilioError::invalid_request("FriendlyName")),
        name => Ok(name.map(str::to_owned)),
    }
}

fn config(form: &Form, default: TotpConfig) -> Result<TotpConfig, TwilioError> {
    let number = |name, min, max, default| match form.integer(name, min, max) {
        Ok(number) => Ok(number.unwrap_or(default)),
        Err(_) => Err(TwilioError::invalid_request(name)),
    };
    let alg = match form.get("Config.Alg") {
        Some(name) => Algorithm::from_name(name).ok_or_else(|| TwilioError::invalid_request("Config.Alg"))?,
        None => default.alg,
    };
    Ok(TotpConfig {
        alg,
        skew: number("Config.Skew", 0, 2, default.skew)?,
        code_length: number("Config.CodeLength", 3, 8, default.code_length)?,
        time_step: number("Config.TimeStep", 20, 60, default.time_step)?,
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
    fn missing_parameters_default_to_the_service() {
        let form = Form::from_pairs([
            ("FriendlyName", "Ada"),
            ("FactorType", "totp"),
            ("Config.Skew", "0"),
            ("Config.Alg", "sha512"),
            ("Binding.Secret", "mzxw6==="),
        ]);
        let factor = NewFactor::from_form(&form, &service()).unwrap();
        assert_eq!(factor.secret, b"foo");
        let expected = TotpConfig { alg: Algorithm::Sha512, skew: 0, code_length: 6, time_step: 45 };
        assert_eq!(factor.config, expected);
        let form = Form::from_pairs([("Config.CodeLength", "8")]);
        let update = FactorUpdate::from_form(&form, expected).unwrap();
        assert_eq!(update.config, TotpConfig { code_length: 8, ..expected });
    }
}
