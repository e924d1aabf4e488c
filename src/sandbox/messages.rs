//! Every text that a virtual phone or mailbox receives. One place, so that another language is one more arm here.

use super::channel::Channel;

/// The language of a text for which none was asked.
pub(crate) const DEFAULT_LOCALE: &str = "en";

/// What a text is made of.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Content<'a> {
    /// Who sends it: the service's friendly name, unless the caller gave another.
    pub(crate) from: &'a str,
    /// The code.
    pub(crate) code: &'a str,
    /// Android's hash of the app that may read the message by itself; SMS only.
    pub(crate) app_hash: Option<&'a str>,
    /// Whether to warn against passing the code on; SMS only.
    pub(crate) warn: bool,
}

/// The text as it arrives. English whatever the locale, as at Twilio where a translation is missing.
pub(crate) fn text(channel: Channel, content: Content<'_>) -> String {
    let Content { from, code, .. } = content;
    match channel {
        Channel::Sms => sms(content),
        Channel::Call => {
            let spoken = spoken(code);
            format!(
                "Hello. Your {from} verification code is: {spoken}. Again, your code is: {spoken}. Goodbye."
            )
        }
        Channel::Whatsapp | Channel::Email => format!("Your {from} verification code is: {code}"),
    }
}

/// The SMS Retriever API wants the hash last (Google's documentation); the leading sign is Twilio's custom.
fn sms(Content { from, code, app_hash, warn }: Content<'_>) -> String {
    let mut text = format!("Your {from} verification code is: {code}");
    if warn {
        text.push_str(". Don't share this code with anyone; our employees will never ask for the code");
    }
    match app_hash {
        Some(hash) => format!("<#> {text} {hash}"),
        None => text,
    }
}

/// Digit by digit: a voice would otherwise read one large number.
fn spoken(code: &str) -> String {
    code.chars().map(String::from).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    const CONTENT: Content<'static> = Content { from: "Acme", code: "123456", app_hash: None, warn: false };

    #[test]
    fn texts() {
        assert_eq!(text(Channel::Sms, CONTENT), "Your Acme verification code is: 123456");
        let hashed = Content { app_hash: Some("He42w354ol9"), ..CONTENT };
        assert_eq!(text(Channel::Sms, hashed), "<#> Your Acme verification code is: 123456 He42w354ol9");
        assert!(text(Channel::Sms, Content { warn: true, ..CONTENT }).contains("never ask for the code"));
        assert!(text(Channel::Call, CONTENT).contains("is: 1, 2, 3, 4, 5, 6."));
    }
}
