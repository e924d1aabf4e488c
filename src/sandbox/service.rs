//! A Verify service: its settings, what they may be, and how they are told.

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::errors::TwilioError;
use super::wire::date;
use super::wire::form::Form;

/// Most characters of a friendly name (the error page of 60200; the parameter's text says 32).
const MAX_FRIENDLY_NAME: usize = 30;
/// Most digits in it: it must not be taken for a code or a phone number.
const MAX_DIGITS: usize = 4;
/// Digits of a code, where none are asked for.
const DEFAULT_CODE_LENGTH: usize = 6;

/// The settings of one service.
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
    created_at: DateTime<Utc>,
    /// Settings that are told again and change nothing here, by their names in an answer.
    others: Value,
}

impl Service {
    /// The service that every account has.
    pub(crate) fn well_known(now: DateTime<Utc>) -> Self {
        let form = Form::from_pairs([("FriendlyName", "countersign")]);
        Self {
            sid: super::SERVICE_SID.to_owned(),
            friendly_name: "countersign".to_owned(),
            code_length: DEFAULT_CODE_LENGTH,
            custom_code_enabled: false,
            do_not_share_warning_enabled: false,
            created_at: now,
            others: others(&form, "countersign").unwrap_or_default(),
        }
    }

    /// The service that a form asks for.
    ///
    /// # Errors
    /// 60200 for the first parameter that does not do.
    pub(crate) fn from_form(sid: String, form: &Form, now: DateTime<Utc>) -> Result<Self, TwilioError> {
        let friendly_name = form.get("FriendlyName").unwrap_or_default();
        if !is_friendly_name(friendly_name) {
            return Err(TwilioError::invalid("FriendlyName", friendly_name));
        }
        Ok(Self {
            sid,
            friendly_name: friendly_name.to_owned(),
            code_length: form.integer("CodeLength", 4, 10)?.map_or(DEFAULT_CODE_LENGTH, usize::from),
            custom_code_enabled: form.boolean("CustomCodeEnabled")?.unwrap_or(false),
            do_not_share_warning_enabled: form.boolean("DoNotShareWarningEnabled")?.unwrap_or(false),
            created_at: now,
            others: others(form, friendly_name)?,
        })
    }

    /// The resource as Twilio tells it; `base` is the scheme and authority of this server.
    pub(crate) fn to_json(&self, account_sid: &str, base: &str) -> Value {
        let url = format!("{base}/v2/Services/{}", self.sid);
        let created_at = date(self.created_at);
        let mut resource = json!({
            "sid": self.sid,
            "account_sid": account_sid,
            "friendly_name": self.friendly_name,
            "code_length": self.code_length,
            "custom_code_enabled": self.custom_code_enabled,
            "do_not_share_warning_enabled": self.do_not_share_warning_enabled,
            "date_created": created_at,
            "date_updated": created_at,
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
        if let (Some(all), Some(others)) = (resource.as_object_mut(), self.others.as_object()) {
            all.extend(others.clone());
        }
        resource
    }
}

fn others(form: &Form, friendly_name: &str) -> Result<Value, TwilioError> {
    let lookup_enabled = form.boolean("LookupEnabled")?.unwrap_or(false);
    let origins = form.get("Passkeys.RelyingParty.Origins").map(|list| list.split(',').collect::<Vec<_>>());
    Ok(json!({
        "lookup_enabled": lookup_enabled,
        "psd2_enabled": form.boolean("Psd2Enabled")?.unwrap_or(false),
        "skip_sms_to_landlines": form.boolean("SkipSmsToLandlines")?.unwrap_or(false),
        "dtmf_input_required": form.boolean("DtmfInputRequired")?.unwrap_or(false),
        "tts_name": form.get("TtsName"),
        "default_template_sid": form.get("DefaultTemplateSid"),
        "verify_event_subscription_enabled": form.boolean("VerifyEventSubscriptionEnabled")?.unwrap_or(false),
        "push": {
            "include_date": form.boolean("Push.IncludeDate")?.unwrap_or(false),
            "apn_credential_sid": form.get("Push.ApnCredentialSid"),
            "fcm_credential_sid": form.get("Push.FcmCredentialSid"),
        },
        "totp": {
            "issuer": form.get("Totp.Issuer").unwrap_or(friendly_name),
            "time_step": form.integer("Totp.TimeStep", 20, 60)?.unwrap_or(30),
            "code_length": form.integer("Totp.CodeLength", 3, 8)?.unwrap_or(6),
            "skew": form.integer("Totp.Skew", 0, 2)?.unwrap_or(1),
        },
        "whatsapp": {
            "msg_service_sid": form.get("Whatsapp.MsgServiceSid"),
            "from": form.get("Whatsapp.From"),
        },
        "passkeys": {
            "relying_party": {
                "id": form.get("Passkeys.RelyingParty.Id"),
                "name": form.get("Passkeys.RelyingParty.Name"),
                "origins": origins,
            },
            "authenticator_attachment": form.get("Passkeys.AuthenticatorAttachment"),
            "discoverable_credentials": form.get("Passkeys.DiscoverableCredentials"),
            "user_verification": form.get("Passkeys.UserVerification"),
        },
    }))
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
}
