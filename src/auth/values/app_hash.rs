//! Android's SMS Retriever hash.

use super::invalid::{Invalid, InvalidKind};

/// The hash of an Android app: 11 characters of base 64
/// (<https://developers.google.com/identity/sms-retriever/verify>).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AppHash(String);

impl AppHash {
    /// Parses a hash and looks it up in `allowed`: another app's hash would hand the message to that app.
    ///
    /// # Errors
    /// [`InvalidKind::InvalidFormat`], or [`InvalidKind::NotAllowed`] if the hash is not in `allowed`.
    pub fn parse(text: &str, allowed: &[String]) -> Result<Self, Invalid> {
        if text.len() != 11 || !text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'+' || b == b'/') {
            return Err(Invalid::new(
                InvalidKind::InvalidFormat,
                "An app hash has 11 characters of base 64.",
            ));
        }
        if !allowed.iter().any(|known| known == text) {
            return Err(Invalid::new(InvalidKind::NotAllowed, "This server does not know this app hash."));
        }
        Ok(Self(text.to_owned()))
    }

    /// The hash.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_known_hashes_are_accepted() {
        let allowed = ["FA+9qCX9VSu".to_owned()];
        assert_eq!(AppHash::parse("FA+9qCX9VSu", &allowed).unwrap().as_str(), "FA+9qCX9VSu");
        assert_eq!(AppHash::parse("FA+9qCX9VSv", &allowed).unwrap_err().kind, InvalidKind::NotAllowed);
        assert_eq!(AppHash::parse("FA 9qCX9VSu", &allowed).unwrap_err().kind, InvalidKind::InvalidFormat);
    }
}
