//! A password, as a person typed it.

use aws_lc_rs::constant_time::verify_slices_are_equal;
use secrecy::{ExposeSecret, SecretString};
use unicode_normalization::UnicodeNormalization;
use zxcvbn::zxcvbn;

use super::invalid::{Invalid, InvalidKind};

/// Fewest and most characters of a new password (NIST SP 800-63B-4, section 3.1.1.2: at least 8 where a
/// second factor is always asked for, and 64 or more must be possible).
pub const LENGTH: std::ops::RangeInclusive<usize> = 8..=128;
/// Most characters of a password that is compared: more are not looked at.
const MAX_ATTEMPT: usize = 1024;
/// Fewest guesses that a new password must withstand: where zxcvbn's score 3, "safely unguessable", begins. The
/// score itself has a margin that no password of 8 characters can reach, however random.
const MIN_GUESSES: u64 = 100_000_000;
/// The name of this program is a guess too.
const CONTEXT: &str = "countersign";

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

    /// Refuses a password that is easily guessed by somebody who knows the person: fewer than 10^8 guesses
    /// by zxcvbn's estimate. No rules about kinds of characters.
    ///
    /// # Errors
    /// [`InvalidKind::EasilyGuessed`], with zxcvbn's advice.
    pub fn check_strength(&self, known: &[&str]) -> Result<(), Invalid> {
        let mut inputs: Vec<&str> = vec![CONTEXT];
        for text in known {
            inputs.push(text);
            inputs.extend(text.split(|c: char| !c.is_alphanumeric()).filter(|part| part.len() > 2));
        }
        let estimate = zxcvbn(self.0.expose_secret(), &inputs);
        if estimate.guesses() >= MIN_GUESSES {
            return Ok(());
        }
        let advice = estimate.feedback().and_then(|feedback| {
            let warning = feedback.warning().map(|warning| warning.to_string());
            warning.or_else(|| feedback.suggestions().first().map(|suggestion| suggestion.to_string()))
        });
        let advice = advice.unwrap_or_else(|| "Use several uncommon words.".to_owned());
        Err(Invalid::new(InvalidKind::EasilyGuessed, format!("This password is easily guessed. {advice}")))
    }

    /// Whether both are the same password, compared in constant time.
    pub fn is_same(&self, other: &Self) -> bool {
        verify_slices_are_equal(self.expose(), other.expose()).is_ok()
    }

    /// The bytes that are hashed.
    pub(super) fn expose(&self) -> &[u8] {
        self.0.expose_secret().as_bytes()
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

    #[test]
    fn easy_guesses_are_refused() {
        let known = ["Ada Lovelace", "ada.lovelace", "ada@example.com", "+12015550123"];
        for easy in [
            "password",
            "Password1!",
            "12345678",
            "qwertyuiop",
            "ada.lovelace",
            "lovelace1815",
            "countersign123",
            "+12015550123",
            "aaaaaaaaaaaa",
        ] {
            let password = Password::parse_new(easy).unwrap();
            assert_eq!(
                password.check_strength(&known).unwrap_err().kind,
                InvalidKind::EasilyGuessed,
                "{easy}"
            );
        }
        for strong in [
            "correct horse battery staple",
            "tr0ub4dor&3 zebra",
            "kidney-ballast-9",
            "ÄpfelundBirnenmus",
            "x7$Kq2!b",
        ] {
            Password::parse_new(strong).unwrap().check_strength(&known).unwrap();
        }
    }
}
