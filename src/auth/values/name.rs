//! A person's name.

use super::invalid::{Invalid, InvalidKind};

/// The most characters of a name.
pub const MAX_CHARACTERS: usize = 100;

/// A name of 1 to 100 characters, trimmed and without control characters.
#[derive(Clone)]
pub struct Name(String);

impl Name {
    /// Parses a name.
    ///
    /// # Errors
    /// [`InvalidKind::TooShort`] if nothing of it is visible, [`InvalidKind::TooLong`], or
    /// [`InvalidKind::InvalidFormat`] if it contains control characters.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        let text = text.trim();
        if text.chars().all(is_invisible) {
            return Err(Invalid::new(InvalidKind::TooShort, "A name has at least 1 visible character."));
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

/// Control characters, line and paragraph separators, and marks that change the direction of writing. In a
/// list of users they could falsify other text (<https://www.unicode.org/reports/tr36/>, section 2.10).
fn is_forbidden(character: char) -> bool {
    character.is_control()
        || matches!(character, '\u{2028}' | '\u{2029}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

/// Characters that are invisible alone: most of Unicode's `Default_Ignorable_Code_Point`
/// (<https://www.unicode.org/reports/tr44/>), and white space.
fn is_invisible(character: char) -> bool {
    character.is_whitespace()
        || matches!(
            character,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
                | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{2060}'..='\u{206f}' | '\u{2800}' | '\u{3164}'
                | '\u{fe00}'..='\u{fe0f}' | '\u{ffa0}' | '\u{e0000}'..='\u{e0fff}'
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_people_are_accepted() {
        for name in ["Ada", "Ngũgĩ wa Thiong'o", "李小龍", "O", "👩‍🚀", &"é".repeat(100)] {
            assert_eq!(Name::parse(&format!(" {name} ")).unwrap().as_str(), name);
        }
    }

    #[test]
    fn invisible_and_misleading_names_are_rejected() {
        for name in [
            "",
            "   ",
            "\u{200b}\u{200d}",
            "\u{3164}",
            "\u{ad} \u{2060}",
            "a\0b",
            "a\nb",
            "a\u{202e}b",
            &"é".repeat(101),
        ] {
            assert!(Name::parse(name).is_err(), "{name:?}");
        }
    }
}
