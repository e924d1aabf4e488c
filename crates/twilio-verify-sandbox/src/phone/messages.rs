//! The texts that virtual phones and mailboxes receive.

use super::channel::Channel;
use super::language::Language;
use super::templates::Template;

/// Minutes that a code lives, for texts that say so.
const TTL_MINUTES: &str = "10";

/// A payment that a code stands for (PSD2).
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Payment {
    /// How much, as the caller writes it.
    pub(crate) amount: String,
    /// To whom.
    pub(crate) payee: String,
}

/// What a text is made of.
#[derive(Clone, Debug)]
pub(crate) struct Content<'a> {
    /// Who sends it: the service's friendly name, unless the caller gave another.
    pub(crate) from: &'a str,
    /// The code.
    pub(crate) code: &'a str,
    /// Android's hash of the app that may read the message by itself; SMS only.
    pub(crate) app_hash: Option<&'a str>,
    /// Whether to warn against passing the code on; SMS only.
    pub(crate) warn: bool,
    /// Whether a key must be pressed first; calls only.
    pub(crate) press_a_key: bool,
    /// What is paid for.
    pub(crate) payment: Option<&'a Payment>,
    /// The template, where not the usual text; SMS and calls only.
    pub(crate) template: Option<&'static Template>,
    /// What fills in the template's own variables.
    pub(crate) substitutions: &'a [(String, String)],
}

/// The text as it arrives, and the language that it is in.
pub(crate) fn text(channel: Channel, language: Language, content: &Content<'_>) -> (String, Language) {
    let wording = language.wording();
    match channel {
        Channel::Sms => sms(language, content),
        Channel::Call => {
            let press_a_key = if content.press_a_key { wording.press_a_key } else { "" };
            (fill(&format!("{press_a_key}{}", wording.call), content), language)
        }
        Channel::Whatsapp => (fill(wording.whatsapp, content), language),
        Channel::Email => (fill(wording.text, content), language),
    }
}

/// The SMS Retriever API wants the hash last (Google's documentation); the leading sign is Twilio's custom.
fn sms(language: Language, content: &Content<'_>) -> (String, Language) {
    let (template, language) = match (content.template, content.payment) {
        (Some(template), _) => template.text(language),
        (None, Some(_)) => (language.wording().payment, language),
        (None, None) => (language.wording().text, language),
    };
    let mut text = fill(template, content);
    if content.warn || content.template.is_some_and(|template| template.warns) {
        text.push_str(language.wording().warning);
    }
    match content.app_hash {
        Some(hash) => (format!("<#> {text} {hash}"), language),
        None => (text, language),
    }
}

/// Puts values where the variables stand. What a value holds is not looked at again.
fn fill(template: &str, content: &Content<'_>) -> String {
    let (mut text, mut rest) = (String::new(), template);
    while let Some((before, after)) = rest.split_once("{{") {
        let Some((name, after)) = after.split_once("}}") else { break };
        text.push_str(before);
        text.push_str(&value(name, content));
        rest = after;
    }
    text.push_str(rest);
    text
}

fn value(name: &str, content: &Content<'_>) -> String {
    let payment = |part: fn(&Payment) -> &String| content.payment.map(part).cloned().unwrap_or_default();
    match name {
        "friendly_name" => content.from.to_owned(),
        "code" => content.code.to_owned(),
        "ttl" => TTL_MINUTES.to_owned(),
        // Digit by digit: a voice would otherwise read one large number.
        "spoken" => content.code.chars().map(String::from).collect::<Vec<_>>().join(", "),
        "amount" => payment(|payment| &payment.amount),
        "payee" => payment(|payment| &payment.payee),
        other => {
            let given = content.substitutions.iter().find(|(name, _)| name == other);
            given.map(|(_, value)| value.clone()).unwrap_or_default()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::phone::templates::TEMPLATES;

    const CONTENT: Content<'static> = Content {
        from: "Acme",
        code: "123456",
        app_hash: None,
        warn: false,
        press_a_key: false,
        payment: None,
        template: None,
        substitutions: &[],
    };

    fn english(channel: Channel, content: &Content<'_>) -> String {
        text(channel, Language::English, content).0
    }

    #[test]
    fn english_reads_as_twilio_documents_it() {
        assert_eq!(english(Channel::Sms, &CONTENT), "Your Acme verification code is: 123456");
        let hashed = Content { app_hash: Some("He42w354ol9"), ..CONTENT };
        assert_eq!(english(Channel::Sms, &hashed), "<#> Your Acme verification code is: 123456 He42w354ol9");
        let warned = english(Channel::Sms, &Content { warn: true, ..CONTENT });
        assert!(warned.ends_with("our employees will never ask for the code"), "{warned}");
        assert!(english(Channel::Call, &CONTENT).contains("is: 1, 2, 3, 4, 5, 6."));
        let pressed = english(Channel::Call, &Content { press_a_key: true, ..CONTENT });
        assert!(pressed.starts_with("Press any key"), "{pressed}");
    }

    #[test]
    fn every_language_says_all_of_it() {
        let payment = Payment { amount: "€39.99".into(), payee: "Acme Inc.".into() };
        for language in Language::ALL {
            for channel in [Channel::Sms, Channel::Call, Channel::Whatsapp, Channel::Email] {
                let (text, said_in) = text(channel, language, &CONTENT);
                let code = if channel == Channel::Call { "1, 2, 3, 4, 5, 6" } else { "123456" };
                assert!(text.contains(code) && !text.contains("{{"), "{text}");
                assert!(channel == Channel::Whatsapp || text.contains("Acme"), "{text}");
                assert_eq!(said_in, language);
            }
            let content = Content { payment: Some(&payment), warn: true, ..CONTENT };
            let (text, _) = text(Channel::Sms, language, &content);
            for part in ["€39.99", "Acme Inc.", "123456", language.wording().warning] {
                assert!(text.contains(part), "{part}: {text}");
            }
        }
        let texts = Language::ALL.map(|language| text(Channel::Sms, language, &CONTENT).0);
        for (index, text) in texts.iter().enumerate() {
            assert!(!texts[..index].contains(text), "{text} twice");
        }
    }

    #[test]
    fn a_value_is_not_filled_in_itself() {
        let content = Content { from: "{{code}}", ..CONTENT };
        assert_eq!(english(Channel::Sms, &content), "Your {{code}} verification code is: 123456");
    }

    #[test]
    fn templates_choose_the_text() {
        let say = |index: usize, substitutions: &[(String, String)]| {
            let content = Content { template: Some(&TEMPLATES[index]), substitutions, ..CONTENT };
            text(Channel::Sms, Language::German, &content)
        };
        assert_eq!(say(0, &[]).0, "Ihr Bestätigungscode für Acme lautet: 123456");
        assert!(say(1, &[]).0.ends_with(Language::German.wording().warning));
        let (expiring, language) = say(2, &[]);
        assert!(expiring.ends_with("expire in 10 minutes.") && language == Language::English, "{expiring}");
        let (referring, _) = say(3, &[("reference".into(), "A-17".into())]);
        assert_eq!(referring, "Your Acme verification code for A-17 is: 123456");
    }
}
