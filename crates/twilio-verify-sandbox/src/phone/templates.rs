//! The message templates of every account: some of Twilio's public templates
//! (<https://www.twilio.com/docs/verify/api/templates/public-templates>), and one with a variable of its own.
//! At Twilio, only custom templates have such variables.

use serde_json::{Map, Value, json};

use super::language::Language;

/// A message template.
#[derive(Debug)]
pub(crate) struct Template {
    /// `HJ…`.
    pub(crate) sid: &'static str,
    /// The name, by which the list can be filtered.
    pub(crate) friendly_name: &'static str,
    channels: &'static [&'static str],
    /// Whether text messages warn not to share the code.
    pub(crate) has_warning: bool,
    /// The English text, or `None` for the default text of each language.
    text: Option<&'static str>,
    /// The variables that the caller must provide.
    pub(crate) variables: &'static [&'static str],
}

/// All templates.
pub(crate) const TEMPLATES: [Template; 4] = [
    Template {
        sid: "HJc0dec0dec0dec0dec0dec0dec0dec0d1",
        friendly_name: "Base 1",
        channels: &["sms", "voice"],
        has_warning: false,
        text: None,
        variables: &[],
    },
    Template {
        sid: "HJc0dec0dec0dec0dec0dec0dec0dec0d2",
        friendly_name: "Base 1 with do not share",
        channels: &["sms"],
        has_warning: true,
        text: None,
        variables: &[],
    },
    Template {
        sid: "HJc0dec0dec0dec0dec0dec0dec0dec0d3",
        friendly_name: "Password change with expiry",
        channels: &["sms"],
        has_warning: false,
        text: Some(
            "{{friendly_name}} verification code for password change: {{code}}. This code will expire in {{ttl}} minutes.",
        ),
        variables: &[],
    },
    Template {
        sid: "HJc0dec0dec0dec0dec0dec0dec0dec0d0",
        friendly_name: "With a reference",
        channels: &["sms"],
        has_warning: false,
        text: Some("Your {{friendly_name}} verification code for {{reference}} is: {{code}}"),
        variables: &["reference"],
    },
];

/// Returns the template with this SID.
pub(crate) fn find(sid: &str) -> Option<&'static Template> {
    TEMPLATES.iter().find(|template| template.sid.eq_ignore_ascii_case(sid))
}

impl Template {
    /// Returns the text and its language, which is English if the template has no translation.
    pub(crate) fn text(&self, language: Language) -> (&'static str, Language) {
        match self.text {
            Some(text) => (text, Language::English),
            None => (language.wording().text, language),
        }
    }

    /// Returns the resource in Twilio's format.
    pub(crate) fn to_json(&self, account_sid: &str) -> Value {
        let languages: &[Language] = if self.text.is_some() { &[Language::English] } else { &Language::ALL };
        let translation = |language: &Language| {
            let mut text = self.text(*language).0.to_owned();
            if self.has_warning {
                text.push_str(language.wording().warning);
            }
            let translation = json!({
                "is_default_translation": *language == Language::English,
                "status": "approved",
                "locale": language.tag(),
                "text": text,
                "date_updated": CREATED_AT,
                "date_created": CREATED_AT,
            });
            (language.tag().to_owned(), translation)
        };
        json!({
            "sid": self.sid,
            "account_sid": account_sid,
            "friendly_name": self.friendly_name,
            "channels": self.channels,
            "translations": languages.iter().map(translation).collect::<Map<_, _>>(),
        })
    }
}

/// The creation date of every template: earlier than any other resource.
const CREATED_AT: &str = "2021-01-01T00:00:00Z";
