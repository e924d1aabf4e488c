//! Android's SMS Retriever hash.

use super::invalid::{Invalid, InvalidKind};

/// The hash of an Android app: 11 characters of base 64
/// (<https://developers.google.com/identity/sms-retriever/verify>).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AppHash(String);

impl AppHash {
    /// Reads a hash and looks it up: a hash that is not the deployment's would hand the message to a stranger's
    /// app.
    ///
    /// # Errors
    /// When it is no such hash, or not one of `allowed`.
    pub fn parse(text: &str, allowed: &[String]) -> Result<Self, Invalid> {
        if text.len() != 11 || !text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'+' || b == b'/') {
            return Err(Invalid::new(
                InvalidKind::InvalidFormat,
                "An app hash has 11 characters of base 64.",
            ));
        }
        if !allowed.iter().any(|known| known == text) {
            return Err(Invalid::new(
                InvalidKind::NotAllowed,
                "This app hash is not one of this deployment's.",
            ));
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
    fn only_known_hashes_pass() {
        let allowed = ["FA+9qCX9VSu".to_owned()];
        assert_eq!(AppHash::parse("FA+9qCX9VSu", &allowed).unwrap().as_str(), "FA+9qCX9VSu");
        assert_eq!(AppHash::parse("FA+9qCX9VSv", &allowed).unwrap_err().kind, InvalidKind::NotAllowed);
        assert_eq!(AppHash::parse("FA 9qCX9VSu", &allowed).unwrap_err().kind, InvalidKind::InvalidFormat);
    }
}
