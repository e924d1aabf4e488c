//! A Verify service: its settings, what they may be, and how they are told.

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::service_settings::Settings;
use crate::twilio::date::date;
use crate::twilio::errors::TwilioError;
use crate::twilio::form::Form;

/// Most characters of a friendly name (the error page of 60200; the parameter's text says 32).
const MAX_FRIENDLY_NAME: usize = 30;
/// Most digits in it: it must not be taken for a code or a phone number.
const MAX_DIGITS: usize = 4;
/// Digits of a code, where none are asked for.
const DEFAULT_CODE_LENGTH: usize = 6;

/// One service.
#[derive(Clone, Debug)]
pub(crate) struct Service {
    /// `VA…`.
    pub(crate) sid: String,
    /// Names the sender in every message.
    pub(crate) friendly_name: String,
    /// Digits of a code.
    pub(crate) code_length: usize,
    /// Whether a caller may bring the code.
    pub(crate) custom_code_enabled: bool,
    /// Whether messages warn against passing the code on.
    pub(crate) do_not_share_warning_enabled: bool,
    /// The other settings.
    pub(crate) settings: Settings,
    /// When it was made.
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
            settings: Settings::default(),
            created_at: now,
            updated_at: now,
        }
    }

    /// The service that every account has from the start.
    pub(crate) fn well_known(now: DateTime<Utc>) -> Self {
        Self::new(crate::SERVICE_SID.to_owned(), "countersign".to_owned(), now)
    }

    /// The service that a form asks for.
    ///
    /// # Errors
    /// 60200 for the first parameter that does not do.
    pub(crate) fn from_form(sid: String, form: &Form, now: DateTime<Utc>) -> Result<Self, TwilioError> {
        if form.get("FriendlyName").is_none() {
            return Err(TwilioError::invalid("FriendlyName", ""));
        }
        Self::new(sid, String::new(), now).updated(form, now)
    }

    /// The same service with what the form sends; what it does not send stays.
    ///
    /// # Errors
    /// 60200 for the first parameter that does not do.
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

    /// The resource as Twilio tells it; `base` is the scheme and authority of this server.
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

/// Letters, digits, spaces, hyphens and underscores, with few digits.
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
    fn friendly_names() {
        for good in ["countersign", "My App-2_0", "Überall", &"a".repeat(30), "1234"] {
            assert!(is_friendly_name(good), "{good}");
        }
        for bad in ["", " ", "12345", "a.b", "https://x", "<b>", &"a".repeat(31)] {
            assert!(!is_friendly_name(bad), "{bad}");
        }
    }

    #[test]
    fn settings_have_ranges() {
        let make = |name: &'static str, value: &'static str| {
            let form = Form::from_pairs([("FriendlyName", "x"), (name, value)]);
            Service::from_form("VA".into(), &form, DateTime::UNIX_EPOCH)
        };
        assert_eq!(make("CodeLength", "10").unwrap().code_length, 10);
        assert_eq!(make("Unknown", "1").unwrap().code_length, 6);
        for (name, value) in [
            ("CodeLength", "3"),
            ("CodeLength", "11"),
            ("CodeLength", "six"),
            ("CustomCodeEnabled", "maybe"),
            ("Totp.Skew", "3"),
        ] {
            assert!(make(name, value).is_err(), "{name}={value}");
        }
    }

    #[test]
    fn an_update_changes_what_it_sends() {
        let (old, later) =
            (Service::well_known(DateTime::UNIX_EPOCH), DateTime::from_timestamp(60, 0).unwrap());
        let new = old.updated(&Form::from_pairs([("CodeLength", "8")]), later).unwrap();
        assert_eq!((new.code_length, new.friendly_name.as_str()), (8, "countersign"));
        assert_eq!((new.created_at, new.updated_at), (old.created_at, later));
        let renamed = new.updated(&Form::from_pairs([("FriendlyName", "Acme")]), later).unwrap();
        assert_eq!(renamed.to_json("AC", "")["totp"]["issuer"], "Acme");
        assert!(new.updated(&Form::from_pairs([("FriendlyName", "a.b")]), later).is_err());
    }
}
