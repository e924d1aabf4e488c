//! A username.

use super::invalid::{Invalid, InvalidKind};

/// The fewest and the most characters of a username.
pub const LENGTH: std::ops::RangeInclusive<usize> = 3..=32;

/// A username: 3 to 32 characters of `[A-Za-z0-9_.-]`, unique without regard to case. Only ASCII, so that no
/// two usernames look alike and both databases agree about case.
#[derive(Clone)]
pub struct Username(String);

impl Username {
    /// Parses a username.
    ///
    /// # Errors
    /// [`InvalidKind::TooShort`], [`InvalidKind::TooLong`] or [`InvalidKind::InvalidFormat`].
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        let invalid = |kind, detail: &'static str| Err(Invalid::new(kind, detail));
        match text.chars().count() {
            length if length < *LENGTH.start() => {
                invalid(InvalidKind::TooShort, "A username has at least 3 characters.")
            }
            length if length > *LENGTH.end() => {
                invalid(InvalidKind::TooLong, "A username has at most 32 characters.")
            }
            _ if !text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-')) => invalid(
                InvalidKind::InvalidFormat,
                "A username consists of the letters A to Z, digits, and the characters _ . -",
            ),
            _ => Ok(Self(text.to_owned())),
        }
    }

    /// The username as it was typed, in its original case.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn length_and_characters_decide() {
        for good in ["ada", "Ada.Lovelace_1815", "a-b", &"x".repeat(32)] {
            assert_eq!(Username::parse(good).unwrap().as_str(), good);
        }
        for bad in ["", "ab", "a b", "adä", "a@b", "ada\0", "ａｄａ", &"x".repeat(33)] {
            assert!(Username::parse(bad).is_err(), "{bad:?}");
        }
    }
}
