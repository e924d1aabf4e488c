//! Renders the text of a message.

use super::channel::Channel;
use super::language::Language;
use super::templates::Template;

/// The lifetime of a code in minutes, for texts that mention it.
const TTL_MINUTES: &str = "10";

/// A payment that a code authorizes (PSD2).
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Payment {
    /// The amount, as formatted by the caller.
    pub(crate) amount: String,
    /// The name of the payee.
    pub(crate) payee: String,
}

/// The variable parts of a message.
#[derive(Clone, Debug)]
pub(crate) struct Content<'a> {
    /// The name of the sender: the service's friendly name, unless the caller gave another.
    pub(crate) sender: &'a str,
    /// The code.
    pub(crate) code: &'a str,
    /// The hash of the Android app that may read the message (SMS Retriever API). SMS only.
    pub(crate) app_hash: Option<&'a str>,
    /// Whether to append a warning not to share the code. SMS only.
    pub(crate) has_warning: bool,
    /// Whether the recipient must press a key to hear the code. Calls only.
    pub(crate) requires_key_press: bool,
    /// The payment that the code authorizes.
    pub(crate) payment: Option<&'a Payment>,
    /// The template, if it is not the default text. SMS and calls only.
    pub(crate) template: Option<&'static Template>,
    /// The values of the template's own variables.
    pub(crate) substitutions: &'a [(String, String)],
}

/// Returns the text of a message and its language, which differs from `language` if the template has no
/// translation.
pub(crate) fn render(channel: Channel, language: Language, content: &Content<'_>) -> (String, Language) {
    let wording = language.wording();
    match channel {
        Channel::Sms => render_sms(language, content),
        Channel::Call => {
            let prompt = if content.requires_key_press { wording.key_prompt } else { "" };
            (fill(&format!("{prompt}{}", wording.call), content), language)
        }
        Channel::Whatsapp => (fill(wording.whatsapp, content), language),
        Channel::Email => (fill(wording.text, content), language),
    }
}

/// The SMS Retriever API requires the hash at the end (Google's documentation). Twilio adds the leading sign.
fn render_sms(language: Language, content: &Content<'_>) -> (String, Language) {
    let (template, language) = match (content.template, content.payment) {
        (Some(template), _) => template.text(language),
        (None, Some(_)) => (language.wording().payment, language),
        (None, None) => (language.wording().text, language),
    };
    let mut text = fill(template, content);
    if content.has_warning || content.template.is_some_and(|template| template.has_warning) {
        text.push_str(language.wording().warning);
    }
    match content.app_hash {
        Some(hash) => (format!("<#> {text} {hash}"), language),
        None => (text, language),
    }
}

/// Replaces the variables of a template. Variables inside the values are not replaced.
fn fill(template: &str, content: &Content<'_>) -> String {
    let mut text = String::new();
    let mut rest = template;
    while let Some((before, after)) = rest.split_once("{{") {
        let Some((name, after)) = after.split_once("}}") else { break };
        text.push_str(before);
        text.push_str(&variable(name, content));
        rest = after;
    }
    text.push_str(rest);
    text
}

fn variable(name: &str, content: &Content<'_>) -> String {
    let payment = |part: fn(&Payment) -> &String| content.payment.map(part).cloned().unwrap_or_default();
    match name {
        "friendly_name" => content.sender.to_owned(),
        "code" => content.code.to_owned(),
        "ttl" => TTL_MINUTES.to_owned(),
        // Separated digits: a voice would otherwise read one large number.
        "spoken" => content.code.chars().map(String::from).collect::<Vec<_>>().join(", "),
        "amount" => payment(|payment| &payment.amount),
        "payee" => payment(|payment| &payment.payee),
        other => {
            let substitution = content.substitutions.iter().find(|(name, _)| name == other);
            substitution.map(|(_, value)| value.clone()).unwrap_or_default()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::phone::templates::TEMPLATES;

    const CONTENT: Content<'static> = Content {
        sender: "Acme",
        code: "123456",
        app_hash: None,
        has_warning: false,
        requires_key_press: false,
        payment: None,
        template: None,
        substitutions: &[],
    };

    fn english(channel: Channel, content: &Content<'_>) -> String {
        render(channel, Language::English, content).0
    }

    #[test]
    fn the_english_texts_are_those_of_twilios_documentation() {
        assert_eq!(english(Channel::Sms, &CONTENT), "Your Acme verification code is: 123456");
        let hashed = Content { app_hash: Some("He42w354ol9"), ..CONTENT };
        assert_eq!(english(Channel::Sms, &hashed), "<#> Your Acme verification code is: 123456 He42w354ol9");
        let warned = english(Channel::Sms, &Content { has_warning: true, ..CONTENT });
        assert!(warned.ends_with("our employees will never ask for the code"), "{warned}");
        assert!(english(Channel::Call, &CONTENT).contains("is: 1, 2, 3, 4, 5, 6."));
        let prompted = english(Channel::Call, &Content { requires_key_press: true, ..CONTENT });
        assert!(prompted.starts_with("Press any key"), "{prompted}");
    }

    #[test]
    fn every_language_has_every_text() {
        let payment = Payment { amount: "€39.99".into(), payee: "Acme Inc.".into() };
        for language in Language::ALL {
            for channel in [Channel::Sms, Channel::Call, Channel::Whatsapp, Channel::Email] {
                let (text, actual_language) = render(channel, language, &CONTENT);
                let code = if channel == Channel::Call { "1, 2, 3, 4, 5, 6" } else { "123456" };
                assert!(text.contains(code) && !text.contains("{{"), "{text}");
                assert!(channel == Channel::Whatsapp || text.contains("Acme"), "{text}");
                assert_eq!(actual_language, language);
            }
            let content = Content { payment: Some(&payment), has_warning: true, ..CONTENT };
            let (text, _) = render(Channel::Sms, language, &content);
            for part in ["€39.99", "Acme Inc.", "123456", language.wording().warning] {
                assert!(text.contains(part), "{part}: {text}");
            }
        }
        let texts = Language::ALL.map(|language| render(Channel::Sms, language, &CONTENT).0);
        for (index, text) in texts.iter().enumerate() {
            assert!(!texts[..index].contains(text), "{text} twice");
        }
    }

    #[test]
    fn variables_inside_values_are_not_replaced() {
        let content = Content { sender: "{{code}}", ..CONTENT };
        assert_eq!(english(Channel::Sms, &content), "Your {{code}} verification code is: 123456");
    }

    #[test]
    fn the_template_determines_the_text() {
        let german = |index: usize, substitutions: &[(String, String)]| {
            let content = Content { template: Some(&TEMPLATES[index]), substitutions, ..CONTENT };
            render(Channel::Sms, Language::German, &content)
        };
        assert_eq!(german(0, &[]).0, "Ihr Bestätigungscode für Acme lautet: 123456");
        assert!(german(1, &[]).0.ends_with(Language::German.wording().warning));
        let (with_expiry, language) = german(2, &[]);
        assert!(with_expiry.ends_with("expire in 10 minutes."), "{with_expiry}");
        assert_eq!(language, Language::English);
        let (with_reference, _) = german(3, &[("reference".into(), "A-17".into())]);
        assert_eq!(with_reference, "Your Acme verification code for A-17 is: 123456");
    }
}
