//! The settings of a service that only say how a factor or a channel is to work: they are kept, told again, and
//! read by whoever plays that part.

use serde::Serialize;

use crate::twilio::errors::TwilioError;
use crate::twilio::form::Form;

/// Settings by their names in an answer.
#[derive(Clone, Debug, Default, Serialize)]
pub(crate) struct Settings {
    /// Whether each start looks the number up.
    pub(crate) lookup_enabled: bool,
    /// Whether a landline gets no SMS, but 60205; needs [`Self::lookup_enabled`].
    pub(crate) skip_sms_to_landlines: bool,
    /// Whether codes stand for payments.
    pub(crate) psd2_enabled: bool,
    /// Whether a call waits for a key before it says the code.
    pub(crate) dtmf_input_required: bool,
    tts_name: Option<String>,
    /// `HJ…`.
    pub(crate) default_template_sid: Option<String>,
    verify_event_subscription_enabled: bool,
    push: Push,
    /// How time-based codes are made.
    pub(crate) totp: Totp,
    whatsapp: Whatsapp,
    passkeys: Passkeys,
}

/// How time-based one-time passwords are made (RFC 6238).
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Totp {
    /// Who issues them; the service's friendly name where none is set.
    pub(crate) issuer: Option<String>,
    /// Seconds that one lasts.
    pub(crate) time_step: u8,
    /// Digits of one.
    pub(crate) code_length: u8,
    /// How many steps before and after the present one are taken too.
    pub(crate) skew: u8,
}

impl Default for Totp {
    /// Twilio's defaults.
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

impl Settings {
    /// Takes over what the form sends and leaves the rest as it is.
    ///
    /// # Errors
    /// 60200 for the first parameter that does not do.
    pub(crate) fn update(&mut self, form: &Form) -> Result<(), TwilioError> {
        set(&mut self.lookup_enabled, form.boolean("LookupEnabled")?);
        set(&mut self.skip_sms_to_landlines, form.boolean("SkipSmsToLandlines")?);
        // Twilio's description says that the one requires the other, and no more: refused rather than ignored, so
        // that nobody relies on a landline being found out without a lookup.
        if self.skip_sms_to_landlines && !self.lookup_enabled {
            return Err(TwilioError::invalid("SkipSmsToLandlines", "true (it requires LookupEnabled)"));
        }
        set(&mut self.psd2_enabled, form.boolean("Psd2Enabled")?);
        set(&mut self.dtmf_input_required, form.boolean("DtmfInputRequired")?);
        put(&mut self.tts_name, form.text("TtsName")?);
        put(&mut self.default_template_sid, form.sid("DefaultTemplateSid", "HJ")?);
        let events = form.boolean("VerifyEventSubscriptionEnabled")?;
        set(&mut self.verify_event_subscription_enabled, events);
        self.push.update(form)?;
        self.totp.update(form)?;
        put(&mut self.whatsapp.msg_service_sid, form.sid("Whatsapp.MsgServiceSid", "MG")?);
        put(&mut self.whatsapp.from, form.text("Whatsapp.From")?);
        self.passkeys.update(form)
    }
}

impl Push {
    fn update(&mut self, form: &Form) -> Result<(), TwilioError> {
        set(&mut self.include_date, form.boolean("Push.IncludeDate")?);
        put(&mut self.apn_credential_sid, form.sid("Push.ApnCredentialSid", "CR")?);
        put(&mut self.fcm_credential_sid, form.sid("Push.FcmCredentialSid", "CR")?);
        Ok(())
    }
}

impl Totp {
    fn update(&mut self, form: &Form) -> Result<(), TwilioError> {
        put(&mut self.issuer, form.text("Totp.Issuer")?);
        set(&mut self.time_step, form.integer("Totp.TimeStep", 20, 60)?);
        set(&mut self.code_length, form.integer("Totp.CodeLength", 3, 8)?);
        set(&mut self.skew, form.integer("Totp.Skew", 0, 2)?);
        Ok(())
    }
}

impl Passkeys {
    fn update(&mut self, form: &Form) -> Result<(), TwilioError> {
        let party = &mut self.relying_party;
        put(&mut party.id, form.text("Passkeys.RelyingParty.Id")?);
        put(&mut party.name, form.text("Passkeys.RelyingParty.Name")?);
        let origins = form.text("Passkeys.RelyingParty.Origins")?;
        put(&mut party.origins, origins.map(|list| list.split(',').map(str::to_owned).collect()));
        let attachments = ["platform", "cross-platform", "any"];
        let attachment = form.word("Passkeys.AuthenticatorAttachment", &attachments)?;
        put(&mut self.authenticator_attachment, attachment);
        let wishes = ["required", "preferred", "discouraged"];
        put(&mut self.discoverable_credentials, form.word("Passkeys.DiscoverableCredentials", &wishes)?);
        put(&mut self.user_verification, form.word("Passkeys.UserVerification", &wishes)?);
        Ok(())
    }
}

fn set<T>(setting: &mut T, sent: Option<T>) {
    if let Some(value) = sent {
        *setting = value;
    }
}

fn put<T>(setting: &mut Option<T>, sent: Option<T>) {
    if sent.is_some() {
        *setting = sent;
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn after<const N: usize>(pairs: [(&str, &str); N]) -> Result<Value, TwilioError> {
        let mut settings = Settings::default();
        settings.update(&Form::from_pairs(pairs))?;
        Ok(json!(settings))
    }

    #[test]
    fn what_is_not_sent_stays() {
        let mut settings = Settings::default();
        settings.update(&Form::from_pairs([("TtsName", "Polly"), ("Totp.Skew", "2")])).unwrap();
        settings.update(&Form::from_pairs([("Totp.TimeStep", "20")])).unwrap();
        let told = json!(settings);
        assert_eq!(told["tts_name"], "Polly");
        assert_eq!(told["totp"], json!({"issuer": null, "time_step": 20, "code_length": 6, "skew": 2}));
        let origins = after([("Passkeys.RelyingParty.Origins", "a.example,b.example")]).unwrap();
        assert_eq!(origins["passkeys"]["relying_party"]["origins"], json!(["a.example", "b.example"]));
    }

    #[test]
    fn each_setting_has_its_values() {
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
            assert!(after([(name, value)]).is_err(), "{name}={value}");
        }
        assert!(after([("LookupEnabled", "true"), ("SkipSmsToLandlines", "true")]).is_ok());
    }
}
