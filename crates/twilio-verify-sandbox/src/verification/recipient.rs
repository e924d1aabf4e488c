//! Recipients of codes: phone numbers and email addresses.

use rlibphonenumber::{PHONE_NUMBER_UTIL, PhoneNumberFormat};

use crate::phone::channel::Channel;

/// The maximum length of an E.164 number with its plus sign (ITU-T E.164, section 6.2.1: 15 digits).
const MAX_E164: usize = 16;
/// The maximum length of an email address (RFC 5321, section 4.5.3.1.3, without the angle brackets).
const MAX_EMAIL: usize = 254;

/// Returns whether `channel` can reach `to`: a valid number in E.164 format or a plausible email address.
pub(crate) fn is_reachable(to: &str, channel: Channel) -> bool {
    match channel {
        Channel::Email => is_email(to),
        Channel::Sms | Channel::Call | Channel::Whatsapp => is_e164(to),
    }
}

/// Returns the country of a phone number (ISO 3166-1 alpha-2). Email addresses and some numbers have none.
pub(crate) fn country(to: &str) -> Option<String> {
    let region = PHONE_NUMBER_UTIL.parse(to, None).ok()?.get_region_code()?;
    let code = region.as_region_str();
    (code.len() == 2).then(|| code.to_string())
}

/// Normalizes a recipient of a control API request to the stored format. Removes the spaces, hyphens, dots
/// and parentheses of a number and adds a missing plus sign. In an email address, replaces a space by `+`,
/// because an unescaped `+` in a query is decoded as a space.
pub(crate) fn normalize(to: String) -> String {
    if to.contains('@') {
        return to.replace(' ', "+");
    }
    let number: String = to.chars().filter(|c| !matches!(c, ' ' | '-' | '.' | '(' | ')')).collect();
    let lacks_plus = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
    if lacks_plus { format!("+{number}") } else { number }
}

fn is_e164(to: &str) -> bool {
    to.starts_with('+')
        && to.len() <= MAX_E164
        && PHONE_NUMBER_UTIL
            .parse(to, None)
            .is_ok_and(|number| number.is_valid() && number.format_as(PhoneNumberFormat::E164) == to)
}

fn is_email(to: &str) -> bool {
    let Some((local, domain)) = to.rsplit_once('@') else { return false };
    to.len() <= MAX_EMAIL
        && !local.is_empty()
        && domain.contains('.')
        && domain.split('.').all(|label| !label.is_empty())
        && !to.chars().any(|character| character.is_whitespace() || character.is_control())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn recipients_are_normalized() {
        for written in ["+12015550123", " 12015550123", "12015550123", "+1 (201) 555-0123", "+1.201.555.0123"]
        {
            assert_eq!(normalize(written.into()), "+12015550123", "{written}");
        }
        assert_eq!(normalize("a b@example.org".into()), "a+b@example.org");
        assert_eq!(normalize("a.b-c@example.org".into()), "a.b-c@example.org");
        assert_eq!(normalize(String::new()), "");
    }

    #[test]
    fn only_valid_e164_numbers_are_reachable() {
        for good in ["+12015550123", "+15017122661", "+442079460958", "+34612345678"] {
            assert!(is_reachable(good, Channel::Sms), "{good}");
        }
        for bad in [
            "",
            "+",
            "12015550123",
            " 12015550123",
            "+1 201 555 0123",
            "0012015550123",
            "+15555555555",
            "+120155501234567",
            "+12015550123;ext=7",
            "tel:+12015550123",
            "ada@example.org",
        ] {
            assert!(!is_reachable(bad, Channel::Sms), "{bad}");
        }
    }

    #[test]
    fn a_number_has_a_country() {
        for (to, expected) in [
            ("+12015550123", Some("US")),
            ("+573003003030", Some("CO")),
            ("+442079460958", Some("GB")),
            ("+80012345678", None),
            ("ada@example.org", None),
        ] {
            assert_eq!(country(to).as_deref(), expected, "{to}");
        }
    }

    #[test]
    fn only_plausible_addresses_are_reachable() {
        for good in ["ada@example.org", "a+b@x.co"] {
            assert!(is_reachable(good, Channel::Email), "{good}");
        }
        for bad in [
            "",
            "@",
            "ada",
            "ada@",
            "@example.org",
            "ada@example",
            "ada@.org",
            "a b@example.org",
            "+12015550123",
        ] {
            assert!(!is_reachable(bad, Channel::Email), "{bad}");
        }
    }
}
