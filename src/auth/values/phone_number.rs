//! A phone number; the only user of rlibphonenumber.

use rlibphonenumber::{PHONE_NUMBER_UTIL, PhoneNumberFormat, PhoneNumberType, Region};

use super::invalid::{Invalid, InvalidKind};

/// Most characters that are looked at: no common way of writing a number needs more.
pub const MAX_CHARACTERS: usize = 40;
/// Digits at the end that a masked number still shows.
const SHOWN_DIGITS: usize = 4;

/// A region that has phone numbers of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Territory(Region);

impl Territory {
    /// The one with this ISO 3166-1 alpha-2 code, without regard to case.
    pub(crate) fn of_code(code: &str) -> Option<Self> {
        let region = Region::from_code(code).ok().filter(|region| *region != Region::World)?;
        PHONE_NUMBER_UTIL.get_supported_regions().any(|supported| supported == region).then_some(Self(region))
    }
}

impl std::fmt::Display for Territory {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

/// A number in E.164 form, valid by libphonenumber's metadata, of a region, and of a kind that people have.
#[derive(Clone, PartialEq, Eq)]
pub struct PhoneNumber {
    e164: String,
    territory: Territory,
}

impl PhoneNumber {
    /// Reads any common way of writing an international number: `+44 20 7946 0958`, `0044…`, `tel:+44-…`.
    ///
    /// # Errors
    /// When it has no country code, or no phone can have it; and when whoever holds it may earn by what is sent to it.
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
        let not_sent = || {
            Invalid::new(
                InvalidKind::NotAllowed,
                "Codes are not sent to phone numbers of this kind, such as premium-rate, shared-cost or satellite numbers.",
            )
        };
        let region =
            number.get_region_code().filter(|region| *region != Region::World).ok_or_else(not_sent)?;
        if is_never_sent_to(number.get_type()) {
            return Err(not_sent());
        }
        Ok(Self {
            e164: number.format_as(PhoneNumberFormat::E164).into_owned(),
            territory: Territory(region),
        })
    }

    /// Where the number is from. Some country calling codes are shared by several.
    pub(crate) fn territory(&self) -> Territory {
        self.territory
    }

    /// The number in E.164 form.
    pub fn as_str(&self) -> &str {
        &self.e164
    }
}

/// Kinds of numbers to which no code goes, wherever they are: whoever holds one shares in what messages and calls to it
/// cost, or it is no person's. What belongs to no country (satellite and international networks: +870, +881, +882, +883,
/// +878, +979, +808 and so on) is libphonenumber's region 001, and refused as a whole.
fn is_never_sent_to(kind: PhoneNumberType) -> bool {
    use PhoneNumberType as Kind;
    match kind {
        Kind::PremiumRate
        | Kind::SharedCost
        // Follow-me numbers such as +44 70, which cost as much as the holder likes.
        | Kind::PersonalNumber
        | Kind::Pager
        | Kind::UAN
        | Kind::VoiceMail
        | Kind::Unknown => true,
        Kind::FixedLine | Kind::Mobile | Kind::FixedLineOrMobile | Kind::TollFree | Kind::VoIP => false,
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

/// The country of a number in E.164 form, as ISO 3166-1 has it; `none` for what is no number, such as an email address.
pub(crate) fn country(e164: &str) -> String {
    let number = PHONE_NUMBER_UTIL.parse(e164, None).ok();
    let region = number.filter(|_| e164.starts_with('+')).and_then(|number| number.get_region_code());
    region.map_or_else(|| "none".to_owned(), |region| region.to_string())
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
    fn what_earns_money_or_is_nobodys_gets_no_codes() {
        // Of each kind an example of libphonenumber's metadata.
        for (kind, text) in [
            ("premium rate", "+1 900 234 5678"),
            ("premium rate", "+44 909 012 3456"),
            ("premium rate", "+49 900 1234567"),
            ("premium rate", "+33 891 12 34 56"),
            ("shared cost", "+44 842 012 3456"),
            ("shared cost", "+49 180 1234567"),
            ("personal", "+44 70 1234 5678"),
            ("pager", "+44 76 4012 3456"),
            ("universal access", "+44 55 1234 5678"),
            ("universal access", "+49 18 500 123456"),
            ("voicemail", "+49 177 99 1234567"),
            ("satellite", "+870 301 234 567"),
            ("satellite", "+881 612 345 678"),
            ("international network", "+882 342 1234"),
            ("international network", "+883 510 012 345"),
            ("international freephone", "+800 1234 5678"),
            ("international shared cost", "+808 1234 5678"),
            ("international personal", "+878 10 123 456 789 0"),
            ("international disaster relief", "+888 12 345 678 901"),
            ("international premium rate", "+979 1 2345 6789"),
        ] {
            let kind_of =
                PHONE_NUMBER_UTIL.parse(text, None).map(|number| (number.is_valid(), number.get_type()));
            let refused = PhoneNumber::parse(text).err().map(|invalid| invalid.kind);
            assert_eq!(refused, Some(InvalidKind::NotAllowed), "{kind}: {text} is {kind_of:?}");
        }
        for text in ["+447400123456", "+44 20 7946 0958", "+1 800 234 5678", "+44 56 1234 5678"] {
            let kind =
                PHONE_NUMBER_UTIL.parse(text, None).map(|number| (number.is_valid(), number.get_type()));
            assert!(PhoneNumber::parse(text).is_ok(), "{text} is {kind:?}");
        }
    }

    #[test]
    fn a_number_has_a_country() {
        for (e164, code) in [
            ("+12015550123", "US"),
            ("+442079460958", "GB"),
            ("ada@example.com", "none"),
            ("+80012345678", "001"),
        ] {
            assert_eq!(country(e164), code, "{e164}");
        }
    }

    #[test]
    fn a_masked_number_shows_country_and_last_four_digits() {
        assert_eq!(masked("+12015550123"), "+1******0123");
        assert_eq!(masked("+442079460958"), "+44******0958");
        assert_eq!(masked("garbage"), "*******");
    }
}
