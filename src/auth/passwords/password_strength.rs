//! How easily a new password is guessed, by zxcvbn's estimate; its only user.
//!
//! The estimate can cost far more than a hash: zxcvbn tries every way of reading `4`, `@`, `1`, `!`… as letters, and 128
//! characters of them took 2 s in a release build. So no more than a part is looked at: a password that begins with
//! something strong is strong, whatever follows.

use std::borrow::Cow;

use zxcvbn::zxcvbn;

use crate::auth::Password;
use crate::auth::values::invalid::{Invalid, InvalidKind};

/// Fewest guesses that a new password must withstand: where zxcvbn's score 3, "safely unguessable", begins. The
/// score itself has a margin that no password of 8 characters can reach, however random.
const MIN_GUESSES: u64 = 100_000_000;
/// The name of this program is a guess too.
const CONTEXT: &str = "countersign";
/// Most characters that are looked at: four long words. The cost grows with the square.
const LOOKED_AT: usize = 32;
/// Most ways of reading digits and signs as letters that are tried: at the worst 32 characters then take about as long
/// as a hash. Eight characters and more fit in even where each is such a sign, and ten digits do.
const READINGS: usize = 64;
/// What zxcvbn reads as a letter (its own table): each entry is one letter's.
const LOOKALIKES: [&str; 12] = ["4@", "8", "({[<", "3", "69", "1!|", "1|7", "0", "$5", "+7", "%", "2"];

impl Password {
    /// Refuses a password that is easily guessed by somebody who knows the person: fewer than 10^8 guesses
    /// by zxcvbn's estimate. No rules about kinds of characters. Slow: at the worst as slow as a hash.
    ///
    /// # Errors
    /// [`InvalidKind::EasilyGuessed`], with zxcvbn's advice.
    pub fn check_strength(&self, known: &[&str]) -> Result<(), Invalid> {
        let mut inputs: Vec<Cow<'_, str>> = vec![CONTEXT.into()];
        for text in known {
            // Of a long address, too, no more than this can be met in what is looked at.
            inputs.push(text.chars().take(LOOKED_AT).collect::<String>().into());
            let parts = text.split(|c: char| !c.is_alphanumeric()).filter(|part| part.len() > 2);
            inputs.extend(parts.map(Cow::from));
        }
        let inputs: Vec<&str> = inputs.iter().map(AsRef::as_ref).collect();
        let estimate = zxcvbn(looked_at(self.expose_text()), &inputs);
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
}

/// The beginning of a password that is judged in its stead.
fn looked_at(password: &str) -> &str {
    let ends = password.char_indices().map(|(start, character)| start + character.len_utf8());
    let beginnings = ends.take(LOOKED_AT).filter_map(|end| password.get(..end));
    beginnings.take_while(|beginning| readings(beginning) <= READINGS).last().unwrap_or_default()
}

/// How many ways there are to read a text's digits and signs as letters, one sign for each letter.
fn readings(text: &str) -> usize {
    let of_letter = |signs: &&str| signs.chars().filter(|sign| text.contains(*sign)).count().max(1);
    LOOKALIKES.iter().map(of_letter).product()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_looked_at_is_bounded() {
        let all: String = LOOKALIKES.concat();
        for text in [all.repeat(5), "x".repeat(128), "é".repeat(128), format!("{}{all}", "aB3".repeat(40))] {
            let seen = looked_at(&text);
            assert!(text.starts_with(seen) && readings(seen) <= READINGS, "{seen}");
            assert!((8..=LOOKED_AT).contains(&seen.chars().count()), "{seen}");
        }
        assert_eq!(looked_at("1234567890 and so on"), "1234567890 and so on");
        assert_eq!(looked_at("x7$Kq2!b"), "x7$Kq2!b");
        assert_eq!(looked_at(""), "");
    }

    #[test]
    fn the_whole_of_a_long_address_is_known() {
        let address = "ada.augusta.king.countess.of.lovelace@analytical-engine.example";
        for easy in [address.to_owned(), address.to_uppercase(), format!("{address}1815")] {
            assert!(Password::parse_new(&easy).unwrap().check_strength(&[address]).is_err(), "{easy}");
        }
    }

    #[test]
    fn long_passwords_of_signs_are_strong() {
        for strong in [&"|85$9aae{[(<!71+@4sst/+{t1".repeat(4), "({[<1!|74@69$5+7%2830({[<1!|74@69$5"] {
            Password::parse_new(strong).unwrap().check_strength(&[]).unwrap();
        }
    }

    /// Threats: a40.
    #[test]
    fn easy_guesses_are_rejected() {
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
