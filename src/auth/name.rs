//! A person's name.

use super::invalid::{Invalid, InvalidKind};

/// Most characters of a name.
pub const MAX_CHARACTERS: usize = 100;

/// 1 to 100 characters without control characters, trimmed.
#[derive(Clone)]
pub struct Name(String);

impl Name {
    /// Reads what a person typed.
    ///
    /// # Errors
    /// When it is empty, too long, or holds characters that no name has.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        let text = text.trim();
        if text.is_empty() {
            return Err(Invalid::new(InvalidKind::TooShort, "A name has at least 1 character."));
        }
        if text.chars().count() > MAX_CHARACTERS {
            return Err(Invalid::new(InvalidKind::TooLong, "A name has at most 100 characters."));
        }
        if text.chars().any(is_forbidden) {
            return Err(Invalid::new(InvalidKind::InvalidFormat, "A name has no control characters."));
        }
        Ok(Self(text.to_owned()))
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Control characters, line and paragraph separators, and the marks that turn the direction of writing:
/// shown in a list of users they make other text lie (<https://www.unicode.org/reports/tr36/>, section 2.10).
fn is_forbidden(character: char) -> bool {
    character.is_control()
        || matches!(character, '\u{2028}' | '\u{2029}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_names_of_people() {
        for name in ["Ada", "Ngũgĩ wa Thiong'o", "李小龍", "O", "👩‍🚀", &"é".repeat(100)] {
            assert_eq!(Name::parse(&format!(" {name} ")).unwrap().as_str(), name);
        }
    }

    #[test]
    fn refuses_what_is_no_name() {
        for name in ["", "   ", "a\0b", "a\nb", "a\u{202e}b", &"é".repeat(101)] {
            assert!(Name::parse(name).is_err(), "{name:?}");
        }
    }
}
