//! Estimates with zxcvbn how easily a new password is guessed.
//!
//! The estimate can cost far more than a hash: zxcvbn tries every way to read `4`, `@`, `1`, `!`… as letters,
//! and 128 such characters took 2 s in a release build. So only the beginning of a password is judged: a
//! password that begins with something strong is strong.

use std::borrow::Cow;

use zxcvbn::zxcvbn;

use crate::auth::Password;
use crate::auth::values::invalid::{Invalid, InvalidKind};

/// The fewest guesses that a new password must withstand: the lower bound of zxcvbn's score 3, "safely
/// unguessable". The score itself adds a margin that no password of 8 characters can reach, even a random
/// one.
const MIN_GUESSES: u64 = 100_000_000;
/// Attackers also guess the name of the program.
const CONTEXT: &str = "countersign";
/// The most characters that are judged: four long words. The cost grows with the square.
const MAX_JUDGED: usize = 32;
/// The most ways to read digits and signs as letters. With this limit 32 characters take at most about as
/// long as a hash. Eight characters always fit, even if each is such a sign, and so do ten digits.
const MAX_READINGS: usize = 64;
/// The characters that zxcvbn reads as letters, from its own table: each entry belongs to one letter.
const LOOKALIKES: [&str; 12] = ["4@", "8", "({[<", "3", "69", "1!|", "1|7", "0", "$5", "+7", "%", "2"];

impl Password {
    /// Rejects a password that is guessed with fewer than 10^8 guesses, by zxcvbn's estimate, if the attacker
    /// knows `known` about the user. There are no rules about kinds of characters. This may take as long as a
    /// hash.
    ///
    /// # Errors
    /// [`InvalidKind::EasilyGuessed`], with zxcvbn's advice.
    pub fn check_strength(&self, known: &[&str]) -> Result<(), Invalid> {
        let mut inputs: Vec<Cow<'_, str>> = vec![CONTEXT.into()];
        for text in known {
            // The judged part of the password cannot contain more of a long address than this.
            inputs.push(text.chars().take(MAX_JUDGED).collect::<String>().into());
            let parts = text.split(|c: char| !c.is_alphanumeric()).filter(|part| part.len() > 2);
            inputs.extend(parts.map(Cow::from));
        }
        let inputs: Vec<&str> = inputs.iter().map(AsRef::as_ref).collect();
        let estimate = zxcvbn(judged_part(self.expose_text()), &inputs);
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

/// The beginning of a password that is judged in place of the whole.
fn judged_part(password: &str) -> &str {
    let ends = password.char_indices().map(|(start, character)| start + character.len_utf8());
    let beginnings = ends.take(MAX_JUDGED).filter_map(|end| password.get(..end));
    beginnings.take_while(|beginning| readings(beginning) <= MAX_READINGS).last().unwrap_or_default()
}

/// The number of ways to read a text's digits and signs as letters, with one sign per letter.
fn readings(text: &str) -> usize {
    let of_letter = |signs: &&str| signs.chars().filter(|sign| text.contains(*sign)).count().max(1);
    LOOKALIKES.iter().map(of_letter).product()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_judged_part_is_bounded() {
        let all: String = LOOKALIKES.concat();
        for text in [all.repeat(5), "x".repeat(128), "é".repeat(128), format!("{}{all}", "aB3".repeat(40))] {
            let seen = judged_part(&text);
            assert!(text.starts_with(seen) && readings(seen) <= MAX_READINGS, "{seen}");
            assert!((8..=MAX_JUDGED).contains(&seen.chars().count()), "{seen}");
        }
        assert_eq!(judged_part("1234567890 and so on"), "1234567890 and so on");
        assert_eq!(judged_part("x7$Kq2!b"), "x7$Kq2!b");
        assert_eq!(judged_part(""), "");
    }

    #[test]
    fn a_long_email_address_counts_as_known() {
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
    fn easily_guessed_passwords_are_rejected() {
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
