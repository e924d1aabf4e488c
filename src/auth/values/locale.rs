//! The language of the message that carries a code.

use super::invalid::{Invalid, InvalidKind};

/// The most characters of a language tag (RFC 5646, section 4.4.1, says that 35 suffice).
pub const MAX_CHARACTERS: usize = 35;

/// The languages that Twilio Verify supports (<https://www.twilio.com/docs/verify/supported-languages>).
const SUPPORTED: [&str; 44] = [
    "af", "ar", "ca", "zh", "zh-CN", "zh-HK", "hr", "cs", "da", "nl", "en", "en-GB", "et", "fi", "fr", "de",
    "el", "he", "hi", "hu", "id", "it", "ja", "kn", "ko", "lt", "ms", "mr", "nb", "pl", "pt", "pt-BR", "ro",
    "ru", "sk", "es", "sv", "tl", "te", "th", "tr", "uk", "ur", "vi",
];

/// A BCP 47 language tag.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Locale(String);

impl Locale {
    /// Parses a language tag.
    ///
    /// # Errors
    /// [`InvalidKind::InvalidFormat`].
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        let mut subtags = text.split('-');
        let language = subtags.next().unwrap_or_default();
        let is_tag = text.len() <= MAX_CHARACTERS
            && (2..=8).contains(&language.len())
            && language.bytes().all(|b| b.is_ascii_alphabetic())
            && subtags.all(|s| (1..=8).contains(&s.len()) && s.bytes().all(|b| b.is_ascii_alphanumeric()));
        if !is_tag {
            return Err(Invalid::new(
                InvalidKind::InvalidFormat,
                "A locale is a language tag such as de or pt-BR.",
            ));
        }
        Ok(Self(text.to_owned()))
    }

    /// Returns the most preferred language of an `Accept-Language` header that Verify supports (RFC 9110,
    /// section 12.5.4). A malformed header counts as no preference.
    pub fn from_accept_language(header: &str) -> Option<Self> {
        let weighted = header.split(',').take(20).filter_map(|entry| {
            let (tag, parameter) = entry.split_once(';').unwrap_or((entry, ""));
            let weight = match parameter.trim().strip_prefix("q=") {
                Some(weight) => weight.parse::<f32>().ok()?,
                None => 1.0,
            };
            let locale = Self::parse(tag.trim()).ok()?;
            (weight > 0.0).then_some((weight, locale))
        });
        let mut preferences: Vec<_> = weighted.filter(|(_, locale)| locale.supported().is_some()).collect();
        // The sort is stable: of equal weights, the first wins.
        preferences.sort_by(|(a, _), (b, _)| b.total_cmp(a));
        preferences.into_iter().next().map(|(_, locale)| locale)
    }

    /// Returns the nearest language that Verify supports. Without one, Twilio decides by the number's
    /// country.
    pub fn supported(&self) -> Option<&'static str> {
        let language = self.0.split('-').next().unwrap_or_default();
        let find = |tag: &str| SUPPORTED.into_iter().find(|known| known.eq_ignore_ascii_case(tag));
        find(&self.0).or_else(|| find(language))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_maps_to_the_nearest_supported_language() {
        for (tag, verify) in [
            ("de", Some("de")),
            ("de-AT", Some("de")),
            ("PT-br", Some("pt-BR")),
            ("zh-Hant-TW", Some("zh")),
            ("eo", None),
        ] {
            assert_eq!(Locale::parse(tag).unwrap().supported(), verify, "{tag}");
        }
        for bad in ["", "d", "de_DE", "de-", "-de", "1a", "deutschland", &"de-".repeat(20)] {
            assert!(Locale::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn the_weights_of_accept_language_decide() {
        let preferred = |header| Locale::from_accept_language(header).and_then(|locale| locale.supported());
        assert_eq!(preferred("fr-CH, fr;q=0.9, en;q=0.8, de;q=0.7, *;q=0.5"), Some("fr"));
        assert_eq!(preferred("eo, de;q=0.3, hi;q=0.7"), Some("hi"));
        assert_eq!(preferred("en;q=0, de;q=x, *"), None);
        assert_eq!(preferred(""), None);
    }
}
