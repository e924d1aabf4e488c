//! The languages of messages, and which one a message is in.

use super::channel::Channel;
use crate::verification::recipient;

/// The locales that Twilio takes (<https://www.twilio.com/docs/verify/supported-languages>). Any other is refused.
const SUPPORTED: [&str; 44] = [
    "af", "ar", "ca", "zh", "zh-CN", "zh-HK", "hr", "cs", "da", "nl", "en", "en-GB", "et", "fi", "fr", "de",
    "el", "he", "hi", "hu", "id", "it", "ja", "kn", "ko", "lt", "ms", "mr", "nb", "pl", "pt", "pt-BR", "ro",
    "ru", "sk", "es", "sv", "tl", "te", "th", "tr", "uk", "ur", "vi",
];

/// A language that the sandbox writes. Twilio writes all of [`SUPPORTED`]; here the others read English, which is
/// Twilio's own fallback where a translation is missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Language {
    /// English.
    English,
    /// German.
    German,
    /// French.
    French,
    /// Spanish.
    Spanish,
    /// Portuguese as in Portugal.
    Portuguese,
    /// Portuguese as in Brazil.
    BrazilianPortuguese,
    /// Hindi.
    Hindi,
}

/// The locale is none that Twilio takes.
#[derive(Debug)]
pub(crate) struct UnsupportedLocale;

impl Language {
    /// Every language.
    pub(crate) const ALL: [Self; 7] = [
        Self::English,
        Self::German,
        Self::French,
        Self::Spanish,
        Self::Portuguese,
        Self::BrazilianPortuguese,
        Self::Hindi,
    ];

    /// Its locale.
    pub(crate) fn tag(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::German => "de",
            Self::French => "fr",
            Self::Spanish => "es",
            Self::Portuguese => "pt",
            Self::BrazilianPortuguese => "pt-BR",
            Self::Hindi => "hi",
        }
    }

    /// The language of a message: the one that was asked for, else that of the number's country. An e-mail is in
    /// English whatever is asked for (Twilio's documentation: the channel has no translations).
    ///
    /// # Errors
    /// Where a locale was asked for that Twilio does not take.
    pub(crate) fn of(asked: Option<&str>, to: &str, channel: Channel) -> Result<Self, UnsupportedLocale> {
        let language = match asked {
            Some(tag) => Self::asked(tag)?,
            None => recipient::country(to).map_or(Self::English, |country| Self::of_country(&country)),
        };
        Ok(if channel == Channel::Email { Self::English } else { language })
    }

    fn asked(tag: &str) -> Result<Self, UnsupportedLocale> {
        let tag = SUPPORTED.into_iter().find(|known| known.eq_ignore_ascii_case(tag));
        let tag = tag.ok_or(UnsupportedLocale)?;
        Ok(Self::ALL.into_iter().find(|language| language.tag() == tag).unwrap_or(Self::English))
    }

    /// Twilio resolves by the number's country code; its list was not at hand, so this is each country's main
    /// language. India has many, and English between them.
    fn of_country(country: &str) -> Self {
        match country {
            "DE" | "AT" | "CH" | "LI" => Self::German,
            "FR" | "MC" | "BE" | "LU" | "SN" | "CI" | "CM" | "GP" | "MQ" | "RE" => Self::French,
            "ES" | "MX" | "AR" | "CO" | "CL" | "PE" | "VE" | "EC" | "GT" | "CU" | "BO" | "DO" | "HN"
            | "PY" | "SV" | "NI" | "CR" | "PA" | "UY" | "PR" => Self::Spanish,
            "PT" | "AO" | "MZ" | "CV" => Self::Portuguese,
            "BR" => Self::BrazilianPortuguese,
            _ => Self::English,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tag(asked: Option<&str>, to: &str) -> Option<&'static str> {
        Language::of(asked, to, Channel::Sms).ok().map(Language::tag)
    }

    #[test]
    fn what_is_asked_for_wins() {
        for (asked, written) in [
            ("de", Some("de")),
            ("PT-br", Some("pt-BR")),
            ("pt", Some("pt")),
            ("hi", Some("hi")),
            // Twilio's, and not translated here.
            ("ja", Some("en")),
            ("en-GB", Some("en")),
            ("de-AT", None),
            ("xx", None),
            ("", None),
        ] {
            assert_eq!(tag(Some(asked), "+34612345678"), written, "{asked}");
        }
    }

    #[test]
    fn else_the_country_decides() {
        for (to, written) in [
            ("+12015550123", "en"),
            ("+4915123456789", "de"),
            ("+33612345678", "fr"),
            ("+34612345678", "es"),
            ("+525512345678", "es"),
            ("+351912345678", "pt"),
            ("+5511912345678", "pt-BR"),
            ("+919123456789", "en"),
            ("ada@example.com", "en"),
        ] {
            assert_eq!(tag(None, to), Some(written), "{to}");
        }
    }

    #[test]
    fn an_email_is_english() {
        let language = Language::of(Some("de"), "ada@example.com", Channel::Email).unwrap();
        assert_eq!(language, Language::English);
    }
}
