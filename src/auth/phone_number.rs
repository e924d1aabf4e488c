//! A phone number; the only user of rlibphonenumber.

use rlibphonenumber::{PHONE_NUMBER_UTIL, PhoneNumberFormat};

use super::invalid::{Invalid, InvalidKind};

/// Most characters that are looked at: no common way of writing a number needs more.
pub const MAX_CHARACTERS: usize = 40;
/// Digits at the end that a masked number still shows.
const SHOWN_DIGITS: usize = 4;

/// A number in E.164 form, valid by libphonenumber's metadata.
#[derive(Clone, PartialEq, Eq)]
pub struct PhoneNumber {
    e164: String,
}

impl PhoneNumber {
    /// Reads any common way of writing an international number: `+44 20 7946 0958`, `0044…`, `tel:+44-…`.
    ///
    /// # Errors
    /// When it has no country code, or no phone can have it.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        let invalid = || {
            Invalid::new(
                InvalidKind::InvalidFormat,
                "A phone number is a valid number in international form, such as +12015550123.",
            )
        };
        let text = text.trim();
        if text.chars().count() > MAX_CHARACTERS {
            return Err(Invalid::new(InvalidKind::TooLong, "A phone number has at most 40 characters."));
        }
        if text.chars().any(char::is_control) {
            return Err(invalid());
        }
        let text =
            text.strip_prefix("00").map_or(text.into(), |rest| std::borrow::Cow::Owned(format!("+{rest}")));
        let number = PHONE_NUMBER_UTIL.parse(&text, None).map_err(|_| invalid())?;
        // A code cannot be sent to an extension.
        if number.extension.is_some() || !number.is_valid() {
            return Err(invalid());
        }
        Ok(Self { e164: number.format_as(PhoneNumberFormat::E164).into_owned() })
    }

    /// The number in E.164 form.
    pub fn as_str(&self) -> &str {
        &self.e164
    }
}

/// A number as it may be shown to somebody who has proved no more than a password: the country code and the
/// last four digits, `+1 ••• ••• 0123` as `+1******0123`. What is not E.164 is hidden whole.
pub fn masked(e164: &str) -> String {
    let Ok(number) = PHONE_NUMBER_UTIL.parse(e164, None) else { return "*".repeat(e164.len()) };
    let country = format!("+{}", number.country_code);
    let national = e164.strip_prefix(&country).unwrap_or_default();
    let hidden = national.len().saturating_sub(SHOWN_DIGITS);
    let shown = national.get(hidden..).unwrap_or_default();
    format!("{country}{}{shown}", "*".repeat(hidden))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_common_ways_of_writing() {
        for (text, e164) in [
            ("+12015550123", "+12015550123"),
            (" +1 (201) 555-0123 ", "+12015550123"),
            ("tel:+1-201-555-0123", "+12015550123"),
            ("0044 20 7946 0958", "+442079460958"),
            ("+49 30 901820", "+4930901820"),
            ("+39 06 6982", "+39066982"),
        ] {
            assert_eq!(PhoneNumber::parse(text).unwrap().as_str(), e164, "{text}");
        }
    }

    #[test]
    fn refuses_what_no_phone_has() {
        for text in [
            "",
            "+",
            "123",
            "2015550123",
            "+1 555 555 5555",
            "+12015550123 ext. 7",
            "+1201555012345678",
            "+999123",
        ] {
            assert!(PhoneNumber::parse(text).is_err(), "{text}");
        }
        assert!(PhoneNumber::parse(&"1".repeat(10_000)).is_err());
    }

    #[test]
    fn a_masked_number_shows_country_and_last_four_digits() {
        assert_eq!(masked("+12015550123"), "+1******0123");
        assert_eq!(masked("+442079460958"), "+44******0958");
        assert_eq!(masked("garbage"), "*******");
    }
}
