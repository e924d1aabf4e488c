//! The name of a Verify service.

use std::fmt;

/// The maximum number of characters.
const MAX_CHARACTERS: usize = 30;
/// The maximum number of digits. Twilio limits them so that a name cannot look like a phone number.
const MAX_DIGITS: usize = 4;

/// The name of a Verify service, which messages show. It is checked here because Twilio's error (60200) names
/// no rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FriendlyName(String);

/// The error of an invalid name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InvalidFriendlyName;

impl FriendlyName {
    /// Parses a name.
    ///
    /// # Errors
    /// If Twilio would reject the name.
    pub fn parse(text: &str) -> Result<Self, InvalidFriendlyName> {
        let allowed = |c: char| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_');
        let digits = text.chars().filter(|c| c.is_numeric()).count();
        let valid = !text.trim().is_empty()
            && text.chars().count() <= MAX_CHARACTERS
            && text.chars().all(allowed)
            && digits <= MAX_DIGITS;
        if valid { Ok(Self(text.to_owned())) } else { Err(InvalidFriendlyName) }
    }

    /// Returns the name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for InvalidFriendlyName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(
            "the name must have 1 to 30 characters: letters, digits (at most 4), spaces, hyphens and underscores",
        )
    }
}

impl std::error::Error for InvalidFriendlyName {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_follow_the_rules_of_twilio() {
        for good in ["countersign", "My shop-2_b 345", "Caf\u{e9}", &"x".repeat(30)] {
            assert_eq!(FriendlyName::parse(good).unwrap().as_str(), good);
        }
        for bad in ["", "  ", "shop 12345", "a.b", "a\nb", "shop.example", &"x".repeat(31)] {
            assert_eq!(FriendlyName::parse(bad), Err(InvalidFriendlyName), "{bad:?}");
        }
    }
}
