//! The message templates of every account. Twilio's public ones are combinations of base messages and addenda
//! (<https://www.twilio.com/docs/verify/api/templates/public-templates>); these are a few of them, and one with a
//! variable of its own, which at Twilio only custom templates have.

use serde_json::{Map, Value, json};

use super::language::Language;

/// A template.
#[derive(Debug)]
pub(crate) struct Template {
    /// `HJ…`.
    pub(crate) sid: &'static str,
    /// What a list can be searched by.
    pub(crate) friendly_name: &'static str,
    channels: &'static [&'static str],
    /// Whether text messages warn against passing the code on.
    pub(crate) warns: bool,
    /// Its text in English; none where it is the usual one of each language.
    text: Option<&'static str>,
    /// The variables that the caller must fill in.
    pub(crate) variables: &'static [&'static str],
}

/// Every template.
pub(crate) const TEMPLATES: [Template; 4] = [
    Template {
        sid: "HJc0dec0dec0dec0dec0dec0dec0dec0d1",
        friendly_name: "Base 1",
        channels: &["sms", "voice"],
        warns: false,
        text: None,
        variables: &[],
    },
    Template {
        sid: "HJc0dec0dec0dec0dec0dec0dec0dec0d2",
        friendly_name: "Base 1 with do not share",
        channels: &["sms"],
        warns: true,
        text: None,
        variables: &[],
    },
    Template {
        sid: "HJc0dec0dec0dec0dec0dec0dec0dec0d3",
        friendly_name: "Password change with expiry",
        channels: &["sms"],
        warns: false,
        text: Some(
            "{{friendly_name}} verification code for password change: {{code}}. This code will expire in {{ttl}} minutes.",
        ),
        variables: &[],
    },
    Template {
        sid: "HJc0dec0dec0dec0dec0dec0dec0dec0d0",
        friendly_name: "With a reference",
        channels: &["sms"],
        warns: false,
        text: Some("Your {{friendly_name}} verification code for {{reference}} is: {{code}}"),
        variables: &["reference"],
    },
];

/// The template of that SID.
pub(crate) fn find(sid: &str) -> Option<&'static Template> {
    TEMPLATES.iter().find(|template| template.sid.eq_ignore_ascii_case(sid))
}

impl Template {
    /// Its text in a language, and the language that it really is in: one that is not translated is in English.
    pub(crate) fn text(&self, language: Language) -> (&'static str, Language) {
        match self.text {
            Some(text) => (text, Language::English),
            None => (language.wording().text, language),
        }
    }

    /// The resource as Twilio tells it.
    pub(crate) fn to_json(&self, account_sid: &str) -> Value {
        let languages: &[Language] = if self.text.is_some() { &[Language::English] } else { &Language::ALL };
        let translation = |language: &Language| {
            let (mut text, _) = (self.text(*language).0.to_owned(), ());
            if self.warns {
                text.push_str(language.wording().warning);
            }
            let translation = json!({
                "is_default_translation": *language == Language::English,
                "status": "approved",
                "locale": language.tag(),
                "text": text,
                "date_updated": MADE_AT,
                "date_created": MADE_AT,
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

/// When all of them were made: before anything in the sandbox.
const MADE_AT: &str = "2021-01-01T00:00:00Z";
