//! A Verify service, its validation and its JSON format.

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::service_settings::ServiceSettings;
use crate::twilio::date::date;
use crate::twilio::errors::TwilioError;
use crate::twilio::form::Form;

/// The maximum number of characters of a friendly name (the error page of 60200; the parameter's description
/// says 32).
const MAX_FRIENDLY_NAME: usize = 30;
/// The maximum number of digits in a friendly name. More could look like a code or a phone number.
const MAX_DIGITS: usize = 4;
/// The default number of digits of a code.
const DEFAULT_CODE_LENGTH: usize = 6;

/// A service.
#[derive(Clone, Debug)]
pub(crate) struct Service {
    /// `VA…`.
    pub(crate) sid: String,
    /// The name of the sender in messages.
    pub(crate) friendly_name: String,
    /// The number of digits of a code.
    pub(crate) code_length: usize,
    /// Whether callers may provide the code.
    pub(crate) custom_code_enabled: bool,
    /// Whether messages warn not to share the code.
    pub(crate) do_not_share_warning_enabled: bool,
    /// The other settings.
    pub(crate) settings: ServiceSettings,
    /// When the service was created.
    pub(crate) created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
}

impl Service {
    fn new(sid: String, friendly_name: String, now: DateTime<Utc>) -> Self {
        Self {
            sid,
            friendly_name,
            code_length: DEFAULT_CODE_LENGTH,
            custom_code_enabled: false,
            do_not_share_warning_enabled: false,
            settings: ServiceSettings::default(),
            created_at: now,
            updated_at: now,
        }
    }

    /// Returns the service that every new account has.
    pub(crate) fn default_service(now: DateTime<Utc>) -> Self {
        Self::new(crate::SERVICE_SID.to_owned(), "countersign".to_owned(), now)
    }

    /// Reads a service to create from a form.
    ///
    /// # Errors
    /// 60200 for the first missing or invalid parameter.
    pub(crate) fn from_form(sid: String, form: &Form, now: DateTime<Utc>) -> Result<Self, TwilioError> {
        if form.get("FriendlyName").is_none() {
            return Err(TwilioError::invalid("FriendlyName", ""));
        }
        Self::new(sid, String::new(), now).updated(form, now)
    }

    /// Returns the service with the values of the form. Values that the form does not have stay.
    ///
    /// # Errors
    /// 60200 for the first invalid parameter.
    pub(crate) fn updated(&self, form: &Form, now: DateTime<Utc>) -> Result<Self, TwilioError> {
        let mut service = self.clone();
        if let Some(name) = form.get("FriendlyName") {
            if !is_friendly_name(name) {
                return Err(TwilioError::invalid("FriendlyName", name));
            }
            name.clone_into(&mut service.friendly_name);
        }
        service.code_length = form.integer("CodeLength", 4, 10)?.unwrap_or(self.code_length);
        service.custom_code_enabled = form.boolean("CustomCodeEnabled")?.unwrap_or(self.custom_code_enabled);
        let warning = form.boolean("DoNotShareWarningEnabled")?;
        service.do_not_share_warning_enabled = warning.unwrap_or(self.do_not_share_warning_enabled);
        service.settings.update(form)?;
        service.updated_at = now;
        Ok(service)
    }

    /// Returns the resource in Twilio's format. `base` is the scheme and authority of this server.
    pub(crate) fn to_json(&self, account_sid: &str, base: &str) -> Value {
        let url = format!("{base}/v2/Services/{}", self.sid);
        let mut settings = self.settings.clone();
        settings.totp.issuer.get_or_insert_with(|| self.friendly_name.clone());
        let mut resource = json!({
            "sid": self.sid,
            "account_sid": account_sid,
            "friendly_name": self.friendly_name,
            "code_length": self.code_length,
            "custom_code_enabled": self.custom_code_enabled,
            "do_not_share_warning_enabled": self.do_not_share_warning_enabled,
            "date_created": date(self.created_at),
            "date_updated": date(self.updated_at),
            "url": url,
            "links": {
                "verification_checks": format!("{url}/VerificationCheck"),
                "verifications": format!("{url}/Verifications"),
                "rate_limits": format!("{url}/RateLimits"),
                "messaging_configurations": format!("{url}/MessagingConfigurations"),
                "entities": format!("{url}/Entities"),
                "webhooks": format!("{url}/Webhooks"),
                "access_tokens": format!("{url}/AccessTokens"),
            },
        });
        if let (Some(all), Value::Object(settings)) = (resource.as_object_mut(), json!(settings)) {
            all.extend(settings);
        }
        resource
    }
}

/// Returns whether a name consists of letters, spaces, hyphens, underscores and at most four digits.
pub(crate) fn is_friendly_name(name: &str) -> bool {
    let allowed = |character: char| character.is_alphanumeric() || matches!(character, ' ' | '-' | '_');
    !name.trim().is_empty()
        && name.chars().count() <= MAX_FRIENDLY_NAME
        && name.chars().all(allowed)
        && name.chars().filter(|character| character.is_numeric()).count() <= MAX_DIGITS
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_friendly_name_has_letters_spaces_hyphens_underscores_and_few_digits() {
        for good in ["countersign", "My App-2_0", "Überall", &"a".repeat(30), "1234"] {
            assert!(is_friendly_name(good), "{good}");
        }
        for bad in ["", " ", "12345", "a.b", "https://x", "<b>", &"a".repeat(31)] {
            assert!(!is_friendly_name(bad), "{bad}");
        }
    }

    #[test]
    fn settings_out_of_range_are_rejected() {
        let parse = |name: &'static str, value: &'static str| {
            let form = Form::from_pairs([("FriendlyName", "x"), (name, value)]);
            Service::from_form("VA".into(), &form, DateTime::UNIX_EPOCH)
        };
        assert_eq!(parse("CodeLength", "10").unwrap().code_length, 10);
        assert_eq!(parse("Unknown", "1").unwrap().code_length, 6);
        for (name, value) in [
            ("CodeLength", "3"),
            ("CodeLength", "11"),
            ("CodeLength", "six"),
            ("CustomCodeEnabled", "maybe"),
            ("Totp.Skew", "3"),
        ] {
            assert!(parse(name, value).is_err(), "{name}={value}");
        }
    }

    #[test]
    fn an_update_changes_the_sent_values_only() {
        let old = Service::default_service(DateTime::UNIX_EPOCH);
        let later = DateTime::from_timestamp(60, 0).unwrap();
        let new = old.updated(&Form::from_pairs([("CodeLength", "8")]), later).unwrap();
        assert_eq!((new.code_length, new.friendly_name.as_str()), (8, "countersign"));
        assert_eq!((new.created_at, new.updated_at), (old.created_at, later));
        let renamed = new.updated(&Form::from_pairs([("FriendlyName", "Acme")]), later).unwrap();
        assert_eq!(renamed.to_json("AC", "")["totp"]["issuer"], "Acme");
        assert!(new.updated(&Form::from_pairs([("FriendlyName", "a.b")]), later).is_err());
    }
}
