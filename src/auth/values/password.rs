//! A password as the user typed it.

use aws_lc_rs::constant_time::verify_slices_are_equal;
use secrecy::{ExposeSecret, SecretString};
use unicode_normalization::UnicodeNormalization;

use super::invalid::{Invalid, InvalidKind};

/// The fewest and the most characters of a new password. NIST SP 800-63B-4, section 3.1.1.2: at least 8 if a
/// second factor is always required, and at least 64 must be possible.
pub const LENGTH: std::ops::RangeInclusive<usize> = 8..=128;
/// The most characters of a password that is compared with a stored one.
const MAX_ATTEMPT: usize = 1024;

/// A password in Unicode normalization form C, so that a keyboard that composes letters in another way also
/// works (NIST SP 800-63B-4, section 3.1.1.2).
#[derive(Clone, Debug)]
pub struct Password(SecretString);

impl Password {
    /// Parses a password to compare with a stored one. A password that sign-up would reject is wrong, not
    /// malformed, so it is accepted up to a length that is harmless to hash.
    ///
    /// # Errors
    /// [`InvalidKind::TooShort`] if it is empty, or [`InvalidKind::TooLong`].
    pub fn parse_attempt(text: &str) -> Result<Self, Invalid> {
        match text.chars().count() {
            0 => Err(Invalid::new(InvalidKind::TooShort, "The password is empty.")),
            length if length > MAX_ATTEMPT => Err(Invalid::new(
                InvalidKind::TooLong,
                "A password to log in with has at most 1024 characters.",
            )),
            _ => Ok(Self(text.nfc().collect::<String>().into())),
        }
    }

    /// Parses a new password. All characters are allowed.
    ///
    /// # Errors
    /// [`InvalidKind::TooShort`] or [`InvalidKind::TooLong`].
    pub fn parse_new(text: &str) -> Result<Self, Invalid> {
        let normal: String = text.nfc().collect();
        match normal.chars().count() {
            length if length < *LENGTH.start() => {
                Err(Invalid::new(InvalidKind::TooShort, "A password has at least 8 characters."))
            }
            length if length > *LENGTH.end() => {
                Err(Invalid::new(InvalidKind::TooLong, "A password has at most 128 characters."))
            }
            _ => Ok(Self(normal.into())),
        }
    }

    /// Whether both are the same password. Compares in constant time.
    pub fn is_same(&self, other: &Self) -> bool {
        verify_slices_are_equal(self.expose(), other.expose()).is_ok()
    }

    /// The bytes to hash.
    pub(crate) fn expose(&self) -> &[u8] {
        self.0.expose_secret().as_bytes()
    }

    /// The text to estimate the strength of.
    pub(crate) fn expose_text(&self) -> &str {
        self.0.expose_secret()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn length_counts_characters_after_normalization() {
        assert!(Password::parse_new(&"é".repeat(7)).is_err());
        assert!(Password::parse_new(&"😀".repeat(8)).is_ok());
        assert!(Password::parse_new(&"e\u{301}".repeat(128)).is_ok());
        assert!(Password::parse_new(&"x".repeat(129)).is_err());
        assert_eq!(Password::parse_new("cafe\u{301} noir").unwrap().expose(), "café noir".as_bytes());
    }
}
