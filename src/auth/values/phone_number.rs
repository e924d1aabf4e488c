//! A phone number. The only file of the server that uses rlibphonenumber.

use rlibphonenumber::{PHONE_NUMBER_UTIL, PhoneNumberFormat, PhoneNumberType, Region};

use super::invalid::{Invalid, InvalidKind};

/// The most characters of a phone number: no common notation needs more.
pub const MAX_CHARACTERS: usize = 40;
/// How many of its last digits a masked number shows.
const SHOWN_DIGITS: usize = 4;

/// A country or region that has phone numbers of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Territory(Region);

impl Territory {
    /// Finds a territory by its ISO 3166-1 alpha-2 code, without regard to case.
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

/// A number in E.164 form that is valid by libphonenumber's metadata, belongs to a region, and can belong to
/// a person.
#[derive(Clone, PartialEq, Eq)]
pub struct PhoneNumber {
    e164: String,
    territory: Territory,
}

impl PhoneNumber {
    /// Parses an international number in any common notation: `+44 20 7946 0958`, `0044…`, `tel:+44-…`.
    ///
    /// # Errors
    /// [`InvalidKind::TooLong`]; [`InvalidKind::InvalidFormat`] if it has no country code or is not a valid
    /// number; [`InvalidKind::NotAllowed`] if it is of a kind whose holder earns from messages to it.
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

    /// The territory of the number. Several territories share some country calling codes.
    pub(crate) fn territory(&self) -> Territory {
        self.territory
    }

    /// The number in E.164 form.
    pub fn as_str(&self) -> &str {
        &self.e164
    }
}

/// Kinds of numbers to which no code is sent, in any region: their holder shares in the price of messages and
/// calls, or they do not belong to a person. Numbers without a country (satellite and international networks:
/// +870, +881, +882, +883, +878, +979, +808 and others) are libphonenumber's region 001, which is rejected as
/// a whole.
fn is_never_sent_to(kind: PhoneNumberType) -> bool {
    use PhoneNumberType as Kind;
    match kind {
        Kind::PremiumRate
        | Kind::SharedCost
        // Follow-me numbers such as +44 70, whose holder sets the price.
        | Kind::PersonalNumber
        | Kind::Pager
        | Kind::UAN
        | Kind::VoiceMail
        | Kind::Unknown => true,
        Kind::FixedLine | Kind::Mobile | Kind::FixedLineOrMobile | Kind::TollFree | Kind::VoIP => false,
    }
}

/// Masks a number for a caller who has proved only a password: the country code and the last four digits
/// remain, as in `+1******0123`. A text that is not in E.164 form is masked completely.
pub fn masked(e164: &str) -> String {
    let Ok(number) = PHONE_NUMBER_UTIL.parse(e164, None) else { return "*".repeat(e164.len()) };
    let country = format!("+{}", number.country_code);
    let national = e164.strip_prefix(&country).unwrap_or_default();
    let hidden = national.len().saturating_sub(SHOWN_DIGITS);
    let shown = national.get(hidden..).unwrap_or_default();
    format!("{country}{}{shown}", "*".repeat(hidden))
}

/// The ISO 3166-1 country code of a number in E.164 form; `none` for other texts, such as an email address.
pub(crate) fn country(e164: &str) -> String {
    let number = PHONE_NUMBER_UTIL.parse(e164, None).ok();
    let region = number.filter(|_| e164.starts_with('+')).and_then(|number| number.get_region_code());
    region.map_or_else(|| "none".to_owned(), |region| region.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn common_notations_are_accepted() {
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
    fn numbers_that_no_phone_has_are_rejected() {
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
    fn kinds_that_earn_money_or_have_no_owner_are_rejected() {
        // One example of each kind, from libphonenumber's metadata.
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
