//! A password, as a person typed it.

use aws_lc_rs::constant_time::verify_slices_are_equal;
use secrecy::{ExposeSecret, SecretString};
use unicode_normalization::UnicodeNormalization;

use super::invalid::{Invalid, InvalidKind};

/// Fewest and most characters of a new password (NIST SP 800-63B-4, section 3.1.1.2: at least 8 where a
/// second factor is always asked for, and 64 or more must be possible).
pub const LENGTH: std::ops::RangeInclusive<usize> = 8..=128;
/// Most characters of a password that is compared: more are not looked at.
const MAX_ATTEMPT: usize = 1024;

/// A password in Unicode's normal form C, so that a keyboard that composes letters differently still logs in
/// (NIST SP 800-63B-4, section 3.1.1.2).
#[derive(Clone, Debug)]
pub struct Password(SecretString);

impl Password {
    /// Reads a password to compare with a stored one. One that could never have been taken at sign-up is
    /// read all the same, up to a length that hashing does not mind: it is wrong, not malformed.
    ///
    /// # Errors
    /// When it is empty or beyond all measure.
    pub fn parse_attempt(text: &str) -> Result<Self, Invalid> {
        match text.chars().count() {
            0 => Err(Invalid::new(InvalidKind::TooShort, "A password is needed.")),
            length if length > MAX_ATTEMPT => Err(Invalid::new(
                InvalidKind::TooLong,
                "A password to log in with has at most 1024 characters.",
            )),
            _ => Ok(Self(text.nfc().collect::<String>().into())),
        }
    }

    /// Reads a new password. Any characters will do.
    ///
    /// # Errors
    /// When it is too short or too long.
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

    /// Whether both are the same password, compared in constant time.
    pub fn is_same(&self, other: &Self) -> bool {
        verify_slices_are_equal(self.expose(), other.expose()).is_ok()
    }

    /// The bytes that are hashed.
    pub(crate) fn expose(&self) -> &[u8] {
        self.0.expose_secret().as_bytes()
    }

    /// The text whose strength is judged.
    pub(crate) fn expose_text(&self) -> &str {
        self.0.expose_secret()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn length_counts_characters_after_normalisation() {
        assert!(Password::parse_new(&"é".repeat(7)).is_err());
        assert!(Password::parse_new(&"😀".repeat(8)).is_ok());
        assert!(Password::parse_new(&"e\u{301}".repeat(128)).is_ok());
        assert!(Password::parse_new(&"x".repeat(129)).is_err());
        assert_eq!(Password::parse_new("cafe\u{301} noir").unwrap().expose(), "café noir".as_bytes());
    }
}
