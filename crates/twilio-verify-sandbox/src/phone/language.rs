//! The languages of messages.

use super::channel::Channel;
use crate::verification::recipient;

/// The locales that Twilio accepts (<https://www.twilio.com/docs/verify/supported-languages>).
const SUPPORTED: [&str; 44] = [
    "af", "ar", "ca", "zh", "zh-CN", "zh-HK", "hr", "cs", "da", "nl", "en", "en-GB", "et", "fi", "fr", "de",
    "el", "he", "hi", "hu", "id", "it", "ja", "kn", "ko", "lt", "ms", "mr", "nb", "pl", "pt", "pt-BR", "ro",
    "ru", "sk", "es", "sv", "tl", "te", "th", "tr", "uk", "ur", "vi",
];

/// A language of the sandbox's messages. Twilio translates into all of [`SUPPORTED`]. The sandbox uses
/// English for the others, which is Twilio's fallback for a missing translation.
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
    /// European Portuguese.
    Portuguese,
    /// Brazilian Portuguese.
    BrazilianPortuguese,
    /// Hindi.
    Hindi,
}

/// The error for a locale that Twilio does not accept.
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

    /// Returns the locale of this language.
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

    /// Returns the language of a message: that of the requested locale, or else of the number's country.
    /// Emails are always in English (Twilio's documentation: the channel has no translations).
    ///
    /// # Errors
    /// [`UnsupportedLocale`] if Twilio does not accept the requested locale.
    pub(crate) fn for_message(
        locale: Option<&str>,
        to: &str,
        channel: Channel,
    ) -> Result<Self, UnsupportedLocale> {
        let language = match locale {
            Some(locale) => Self::from_locale(locale)?,
            None => recipient::country(to).map_or(Self::English, |country| Self::from_country(&country)),
        };
        Ok(if channel == Channel::Email { Self::English } else { language })
    }

    fn from_locale(locale: &str) -> Result<Self, UnsupportedLocale> {
        let tag = SUPPORTED.into_iter().find(|supported| supported.eq_ignore_ascii_case(locale));
        let tag = tag.ok_or(UnsupportedLocale)?;
        Ok(Self::ALL.into_iter().find(|language| language.tag() == tag).unwrap_or(Self::English))
    }

    /// Twilio derives the language from the country code, but does not publish the mapping. This one takes
    /// the main language of each country, and English for India, which has many.
    fn from_country(country: &str) -> Self {
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

    fn tag(locale: Option<&str>, to: &str) -> Option<&'static str> {
        Language::for_message(locale, to, Channel::Sms).ok().map(Language::tag)
    }

    #[test]
    fn the_requested_locale_takes_precedence() {
        for (locale, expected) in [
            ("de", Some("de")),
            ("PT-br", Some("pt-BR")),
            ("pt", Some("pt")),
            ("hi", Some("hi")),
            // Twilio translates these, the sandbox does not.
            ("ja", Some("en")),
            ("en-GB", Some("en")),
            ("de-AT", None),
            ("xx", None),
            ("", None),
        ] {
            assert_eq!(tag(Some(locale), "+34612345678"), expected, "{locale}");
        }
    }

    #[test]
    fn without_a_locale_the_country_determines_the_language() {
        for (to, expected) in [
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
            assert_eq!(tag(None, to), Some(expected), "{to}");
        }
    }

    #[test]
    fn an_email_is_in_english() {
        let language = Language::for_message(Some("de"), "ada@example.com", Channel::Email).unwrap();
        assert_eq!(language, Language::English);
    }
}
