//! The name of a Verify service, as messages show it.

use std::fmt;

/// Most characters.
const MAX_CHARACTERS: usize = 30;
/// Most digits, so that no name passes for a phone number.
const MAX_DIGITS: usize = 4;

/// A name that Twilio takes: checked here because Twilio's refusal (60200) names no rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FriendlyName(String);

/// Not such a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InvalidFriendlyName;

impl FriendlyName {
    /// Reads a name.
    pub fn parse(text: &str) -> Result<Self, InvalidFriendlyName> {
        let allowed = |c: char| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_');
        let digits = text.chars().filter(|c| c.is_numeric()).count();
        let valid = !text.trim().is_empty()
            && text.chars().count() <= MAX_CHARACTERS
            && text.chars().all(allowed)
            && digits <= MAX_DIGITS;
        if valid { Ok(Self(text.to_owned())) } else { Err(InvalidFriendlyName) }
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for InvalidFriendlyName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(
            "Twilio takes a name of 1 to 30 characters: letters, digits (at most 4 of them), spaces, hyphens \
             and underscores",
        )
    }
}

impl std::error::Error for InvalidFriendlyName {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rule() {
        for good in ["countersign", "My shop-2_b 345", "Caf\u{e9}", &"x".repeat(30)] {
            assert_eq!(FriendlyName::parse(good).unwrap().as_str(), good);
        }
        for bad in ["", "  ", "shop 12345", "a.b", "a\nb", "shop.example", &"x".repeat(31)] {
            assert_eq!(FriendlyName::parse(bad), Err(InvalidFriendlyName), "{bad:?}");
        }
    }
}
