//! The settings of a service for its channels and factors. They are stored, returned, and applied where the
//! channel or factor is implemented.

use serde::Serialize;

use crate::twilio::errors::TwilioError;
use crate::twilio::form::Form;

/// The settings under their names in a response.
#[derive(Clone, Debug, Default, Serialize)]
pub(crate) struct ServiceSettings {
    /// Whether each start looks up the number.
    pub(crate) lookup_enabled: bool,
    /// Whether an SMS to a landline is rejected with 60205. Requires [`Self::lookup_enabled`].
    pub(crate) skip_sms_to_landlines: bool,
    /// Whether codes authorize payments.
    pub(crate) psd2_enabled: bool,
    /// Whether the recipient of a call must press a key to hear the code.
    pub(crate) dtmf_input_required: bool,
    tts_name: Option<String>,
    /// `HJ…`.
    pub(crate) default_template_sid: Option<String>,
    verify_event_subscription_enabled: bool,
    push: Push,
    /// The defaults of TOTP factors.
    pub(crate) totp: Totp,
    whatsapp: Whatsapp,
    passkeys: Passkeys,
}

/// The defaults of TOTP factors (RFC 6238).
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Totp {
    /// The issuer, by default the friendly name of the service.
    pub(crate) issuer: Option<String>,
    /// The length of a time step in seconds.
    pub(crate) time_step: u8,
    /// The number of digits of a code.
    pub(crate) code_length: u8,
    /// How many time steps before and after the current one are accepted.
    pub(crate) skew: u8,
}

impl Default for Totp {
    /// Returns Twilio's defaults.
    fn default() -> Self {
        Self { issuer: None, time_step: 30, code_length: 6, skew: 1 }
    }
}

#[derive(Clone, Debug, Default, Serialize)]
struct Push {
    include_date: bool,
    apn_credential_sid: Option<String>,
    fcm_credential_sid: Option<String>,
}

#[derive(Clone, Debug, Default, Serialize)]
struct Whatsapp {
    msg_service_sid: Option<String>,
    from: Option<String>,
}

#[derive(Clone, Debug, Default, Serialize)]
struct Passkeys {
    relying_party: RelyingParty,
    authenticator_attachment: Option<String>,
    discoverable_credentials: Option<String>,
    user_verification: Option<String>,
}

#[derive(Clone, Debug, Default, Serialize)]
struct RelyingParty {
    id: Option<String>,
    name: Option<String>,
    origins: Option<Vec<String>>,
}

impl ServiceSettings {
    /// Changes the settings in the form and keeps the others.
    ///
    /// # Errors
    /// 60200 for the first invalid parameter.
    pub(crate) fn update(&mut self, form: &Form) -> Result<(), TwilioError> {
        set(&mut self.lookup_enabled, form.boolean("LookupEnabled")?);
        set(&mut self.skip_sms_to_landlines, form.boolean("SkipSmsToLandlines")?);
        // Twilio's description says that one setting requires the other, but not what happens otherwise.
        // Rejecting the update keeps callers from relying on a check that does not happen.
        if self.skip_sms_to_landlines && !self.lookup_enabled {
            return Err(TwilioError::invalid("SkipSmsToLandlines", "true (it requires LookupEnabled)"));
        }
        set(&mut self.psd2_enabled, form.boolean("Psd2Enabled")?);
        set(&mut self.dtmf_input_required, form.boolean("DtmfInputRequired")?);
        set_optional(&mut self.tts_name, form.text("TtsName")?);
        set_optional(&mut self.default_template_sid, form.sid("DefaultTemplateSid", "HJ")?);
        let events = form.boolean("VerifyEventSubscriptionEnabled")?;
        set(&mut self.verify_event_subscription_enabled, events);
        self.push.update(form)?;
        self.totp.update(form)?;
        set_optional(&mut self.whatsapp.msg_service_sid, form.sid("Whatsapp.MsgServiceSid", "MG")?);
        set_optional(&mut self.whatsapp.from, form.text("Whatsapp.From")?);
        self.passkeys.update(form)
    }
}

impl Push {
    fn update(&mut self, form: &Form) -> Result<(), TwilioError> {
        set(&mut self.include_date, form.boolean("Push.IncludeDate")?);
        set_optional(&mut self.apn_credential_sid, form.sid("Push.ApnCredentialSid", "CR")?);
        set_optional(&mut self.fcm_credential_sid, form.sid("Push.FcmCredentialSid", "CR")?);
        Ok(())
    }
}

impl Totp {
    fn update(&mut self, form: &Form) -> Result<(), TwilioError> {
        set_optional(&mut self.issuer, form.text("Totp.Issuer")?);
        set(&mut self.time_step, form.integer("Totp.TimeStep", 20, 60)?);
        set(&mut self.code_length, form.integer("Totp.CodeLength", 3, 8)?);
        set(&mut self.skew, form.integer("Totp.Skew", 0, 2)?);
        Ok(())
    }
}

impl Passkeys {
    fn update(&mut self, form: &Form) -> Result<(), TwilioError> {
        let party = &mut self.relying_party;
        set_optional(&mut party.id, form.text("Passkeys.RelyingParty.Id")?);
        set_optional(&mut party.name, form.text("Passkeys.RelyingParty.Name")?);
        let origins = form.text("Passkeys.RelyingParty.Origins")?;
        set_optional(&mut party.origins, origins.map(|list| list.split(',').map(str::to_owned).collect()));
        let attachments = ["platform", "cross-platform", "any"];
        let attachment = form.word("Passkeys.AuthenticatorAttachment", &attachments)?;
        set_optional(&mut self.authenticator_attachment, attachment);
        let levels = ["required", "preferred", "discouraged"];
        set_optional(
            &mut self.discoverable_credentials,
            form.word("Passkeys.DiscoverableCredentials", &levels)?,
        );
        set_optional(&mut self.user_verification, form.word("Passkeys.UserVerification", &levels)?);
        Ok(())
    }
}

fn set<T>(setting: &mut T, value: Option<T>) {
    if let Some(value) = value {
        *setting = value;
    }
}

fn set_optional<T>(setting: &mut Option<T>, value: Option<T>) {
    if value.is_some() {
        *setting = value;
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn updated<const N: usize>(pairs: [(&str, &str); N]) -> Result<Value, TwilioError> {
        let mut settings = ServiceSettings::default();
        settings.update(&Form::from_pairs(pairs))?;
        Ok(json!(settings))
    }

    #[test]
    fn settings_that_are_not_sent_stay() {
        let mut settings = ServiceSettings::default();
        settings.update(&Form::from_pairs([("TtsName", "Polly"), ("Totp.Skew", "2")])).unwrap();
        settings.update(&Form::from_pairs([("Totp.TimeStep", "20")])).unwrap();
        let settings = json!(settings);
        assert_eq!(settings["tts_name"], "Polly");
        assert_eq!(settings["totp"], json!({"issuer": null, "time_step": 20, "code_length": 6, "skew": 2}));
        let origins = updated([("Passkeys.RelyingParty.Origins", "a.example,b.example")]).unwrap();
        assert_eq!(origins["passkeys"]["relying_party"]["origins"], json!(["a.example", "b.example"]));
    }

    #[test]
    fn invalid_values_are_rejected() {
        for (name, value) in [
            ("LookupEnabled", "perhaps"),
            ("SkipSmsToLandlines", "true"),
            ("DefaultTemplateSid", "HJ1"),
            ("Push.ApnCredentialSid", "CR"),
            ("Totp.TimeStep", "19"),
            ("Totp.CodeLength", "9"),
            ("Totp.Skew", "3"),
            ("Whatsapp.MsgServiceSid", "VAc0dec0dec0dec0dec0dec0dec0dec0de"),
            ("Passkeys.AuthenticatorAttachment", "usb"),
            ("Passkeys.UserVerification", "any"),
        ] {
            assert!(updated([(name, value)]).is_err(), "{name}={value}");
        }
        assert!(updated([("LookupEnabled", "true"), ("SkipSmsToLandlines", "true")]).is_ok());
    }
}
