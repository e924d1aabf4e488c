//! A code, as a person typed it.

use secrecy::{ExposeSecret, SecretString};

use super::invalid::{Invalid, InvalidKind};

/// How many digits a Verify service's codes may have
/// (<https://www.twilio.com/docs/verify/api/service>, `CodeLength`).
pub const LENGTH: std::ops::RangeInclusive<usize> = 4..=10;

/// 4 to 10 digits. Spaces and hyphens that people type between them are dropped.
#[derive(Clone, Debug)]
pub struct Code(SecretString);

impl Code {
    /// Reads what a person typed. What is no code is refused here and costs no check.
    ///
    /// # Errors
    /// When it has too few or too many digits, or anything else in it.
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

    /// The digits, for Twilio alone.
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
