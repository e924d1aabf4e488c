//! The parameters of a start, checked against the service's settings.

use std::net::IpAddr;

use serde_json::{Map, Value};

use crate::account::service::{Service, is_friendly_name};
use crate::phone::channel::Channel;
use crate::phone::language::Language;
use crate::phone::rendering::Payment;
use crate::phone::templates::{self, Template};
use crate::twilio::errors::TwilioError;
use crate::twilio::form::Form;
use crate::verification::recipient;

/// The maximum length of an app hash, which is stored with each message. Real ones have 11 characters.
const MAX_REPEATED: usize = 64;
/// The maximum of pairs in `Tags`, and of characters in a name or a value (Twilio's description).
const MAX_TAGS: (usize, usize) = (10, 128);
/// The characters of `SendDigits`: keys of a phone and pauses (Twilio's documentation of calls).
const DIGITS_TO_SEND: &str = "0123456789#*wW";

/// The parameters of a start.
#[derive(Debug)]
pub(super) struct Start {
    /// The phone number or email address.
    pub(super) to: String,
    /// The channel that delivers the code.
    pub(super) channel: Channel,
    /// The sender's name.
    pub(super) from: String,
    /// The language of the message.
    pub(super) language: Language,
    /// The hash of the Android app that may read the message.
    pub(super) app_hash: Option<String>,
    /// The code, if the client brings one.
    pub(super) custom_code: Option<String>,
    /// The payment that the code confirms (PSD2).
    pub(super) payment: Option<Payment>,
    /// The template of the text.
    pub(super) template: Option<&'static Template>,
    /// The values of its variables.
    pub(super) substitutions: Vec<(String, String)>,
    /// `RiskCheck=disable`.
    pub(super) risk_check_disabled: bool,
}

impl Start {
    /// Reads the form of a request of `path`.
    ///
    /// # Errors
    /// Twilio's error for the first invalid parameter.
    pub(super) fn from_form(form: &Form, service: &Service, path: &str) -> Result<Self, TwilioError> {
        let to = form.get("To").unwrap_or_default();
        let channel = form.get("Channel").unwrap_or_default();
        let known = Channel::named(channel);
        // With an unknown channel, `To` must be a phone number.
        if !recipient::is_reachable(to, known.unwrap_or(Channel::Sms)) {
            return Err(TwilioError::invalid("To", to));
        }
        let channel = known.ok_or_else(|| TwilioError::invalid("Channel", channel))?;
        // 404 for an unsupported locale (Twilio's documentation of its languages).
        let language = Language::for_message(form.get("Locale"), to, channel);
        let language = language.map_err(|_| TwilioError::not_found(path))?;
        let from = form.get("CustomFriendlyName").unwrap_or(&service.friendly_name);
        if !is_friendly_name(from) {
            return Err(TwilioError::invalid("CustomFriendlyName", from));
        }
        ensure_valid_options(form, channel)?;
        let (template, substitutions) = template(form, service, channel)?;
        Ok(Self {
            to: to.to_owned(),
            channel,
            from: from.to_owned(),
            language,
            app_hash: app_hash(form, channel)?,
            custom_code: custom_code(form, service)?,
            payment: payment(form, service.settings.psd2_enabled, channel)?,
            template,
            substitutions,
            risk_check_disabled: form.word("RiskCheck", &["enable", "disable"])?.as_deref()
                == Some("disable"),
        })
    }
}

/// Returns whether `text` has the length of a code: 4 to 10 characters.
pub(super) fn is_code(text: &str) -> bool {
    (4..=10).contains(&text.chars().count())
}

/// Reads the payment that a code confirms. With PSD2, amount and payee are required, and calls do not support it.
///
/// # Errors
/// 60206, 60214, and 60204 if the service does not use PSD2.
pub(super) fn payment(
    form: &Form,
    psd2_enabled: bool,
    channel: Channel,
) -> Result<Option<Payment>, TwilioError> {
    let amount = form.text("Amount")?;
    let payee = form.text("Payee")?;
    match (psd2_enabled, amount, payee) {
        (false, None, None) => Ok(None),
        (false, _, _) => Err(TwilioError::feature_not_enabled("Psd2")),
        (true, Some(_), Some(_)) if channel == Channel::Call => Err(TwilioError::no_payment_by_call()),
        (true, Some(amount), Some(payee)) => Ok(Some(Payment { amount, payee })),
        (true, _, _) => Err(TwilioError::payment_missing()),
    }
}

fn app_hash(form: &Form, channel: Channel) -> Result<Option<String>, TwilioError> {
    match form.get("AppHash") {
        Some(hash) if hash.chars().count() > MAX_REPEATED => Err(TwilioError::invalid("AppHash", hash)),
        Some(_) if channel != Channel::Sms => Err(TwilioError::app_hash_not_sms()),
        hash => Ok(hash.map(str::to_owned)),
    }
}

fn custom_code(form: &Form, service: &Service) -> Result<Option<String>, TwilioError> {
    match form.get("CustomCode") {
        Some(code) if !is_code(code) => Err(TwilioError::invalid_secret("CustomCode")),
        Some(_) if !service.custom_code_enabled => Err(TwilioError::feature_not_enabled("CustomCode")),
        code => Ok(code.map(str::to_owned)),
    }
}

type Chosen = (Option<&'static Template>, Vec<(String, String)>);

/// Returns the requested template, or the default of the service. Only text messages and calls have templates.
fn template(form: &Form, service: &Service, channel: Channel) -> Result<Chosen, TwilioError> {
    let requested = form.sid("TemplateSid", "HJ")?;
    let unknown = |sid: &str| TwilioError::invalid("TemplateSid", sid);
    let requested = requested.map(|sid| templates::find(&sid).ok_or_else(|| unknown(&sid))).transpose()?;
    let own = || service.settings.default_template_sid.as_deref().and_then(templates::find);
    let speaks = matches!(channel, Channel::Sms | Channel::Call);
    let template = requested.or_else(own).filter(|_| speaks);
    let given = match form.get("TemplateCustomSubstitutions") {
        Some(text) => object(text).and_then(texts).ok_or_else(TwilioError::substitutions_missing)?,
        None => Vec::new(),
    };
    let has = |variable: &str| given.iter().any(|(name, _)| name == variable);
    match template {
        Some(template) if !template.variables.iter().all(|variable| has(variable)) => {
            Err(TwilioError::substitutions_missing())
        }
        template => Ok((template, given)),
    }
}

/// Checks parameters that do not change the message. They must be valid and have no effect.
fn ensure_valid_options(form: &Form, channel: Channel) -> Result<(), TwilioError> {
    form.text("CustomMessage")?;
    form.boolean("EnableSnaClientToken")?;
    let wrong = |name: &str| match form.get(name) {
        Some(value) => Err(TwilioError::invalid(name, value)),
        None => Ok(()),
    };
    let is_wrong = |name: &str, is_right: &dyn Fn(&str) -> bool| form.get(name).is_some_and(|v| !is_right(v));
    let is_sendable = |digits: &str| digits.len() <= 32 && digits.chars().all(|c| DIGITS_TO_SEND.contains(c));
    if is_wrong("SendDigits", &is_sendable) {
        return wrong("SendDigits");
    }
    if is_wrong("DeviceIp", &|ip| ip.parse::<IpAddr>().is_ok()) {
        return wrong("DeviceIp");
    }
    if is_wrong("Tags", &are_tags) {
        return wrong("Tags");
    }
    let is_configuration = |text: &str| {
        object(text).is_some_and(|configuration| {
            let from = configuration.get("from").map(|from| from.as_str().unwrap_or_default());
            channel != Channel::Email || from.is_none_or(|from| recipient::is_reachable(from, Channel::Email))
        })
    };
    if is_wrong("ChannelConfiguration", &is_configuration) {
        return wrong("ChannelConfiguration");
    }
    Ok(())
}

fn are_tags(text: &str) -> bool {
    let is_short = |text: &str| text.chars().count() <= MAX_TAGS.1;
    object(text).and_then(texts).is_some_and(|tags| {
        tags.len() <= MAX_TAGS.0 && tags.iter().all(|(name, value)| is_short(name) && is_short(value))
    })
}

/// Parses an object, which Twilio's clients send as JSON in a field of the form.
fn object(text: &str) -> Option<Map<String, Value>> {
    serde_json::from_str(text).ok()
}

fn texts(object: Map<String, Value>) -> Option<Vec<(String, String)>> {
    object.into_iter().map(|(name, value)| Some((name, value.as_str()?.to_owned()))).collect()
}
