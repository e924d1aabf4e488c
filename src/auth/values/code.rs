//! A one-time code as the user typed it.

use secrecy::{ExposeSecret, SecretString};

use super::invalid::{Invalid, InvalidKind};

/// How many digits the codes of a Verify service have (<https://www.twilio.com/docs/verify/api/service>,
/// `CodeLength`).
pub const LENGTH: std::ops::RangeInclusive<usize> = 4..=10;

/// A code of 4 to 10 digits. Spaces and hyphens between the digits are dropped.
#[derive(Clone, Debug)]
pub struct Code(SecretString);

impl Code {
    /// Parses a code. A text that cannot be a code is rejected here and does not count as a check.
    ///
    /// # Errors
    /// [`InvalidKind::TooShort`], [`InvalidKind::TooLong`], or [`InvalidKind::InvalidFormat`] if it is not
    /// all digits.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        let digits: String = text.chars().filter(|c| !c.is_whitespace() && *c != '-').collect();
        if !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(Invalid::new(InvalidKind::InvalidFormat, "A code consists of digits."));
        }
        match digits.len() {
            length if length < *LENGTH.start() => {
                Err(Invalid::new(InvalidKind::TooShort, "A code has at least 4 digits."))
            }
            length if length > *LENGTH.end() => {
                Err(Invalid::new(InvalidKind::TooLong, "A code has at most 10 digits."))
            }
            _ => Ok(Self(digits.into())),
        }
    }

    /// The digits, for Twilio only.
    pub(crate) fn expose(&self) -> &str {
        self.0.expose_secret()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spaces_and_hyphens_are_dropped() {
        assert_eq!(Code::parse(" 123-456 ").unwrap().expose(), "123456");
        for bad in ["", "123", "12345678901", "12a456", "１２３４５６", "12\u{0}3456"] {
            assert!(Code::parse(bad).is_err(), "{bad:?}");
        }
        assert!(!format!("{:?}", Code::parse("123456").unwrap()).contains("123456"));
    }
}
