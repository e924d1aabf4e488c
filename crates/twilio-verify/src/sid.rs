//! Twilio's identifiers (SIDs). They are checked because they become part of a path.

use std::fmt;

/// The SID of a verification: `VE` and 32 hexadecimal digits. Prefer it to the phone number when a code is
/// checked, because it identifies the verification that was started. It is not secret: using it requires the
/// account's credentials.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct VerificationSid(String);

/// The SID of a Verify service: `VA` and 32 hexadecimal digits. It is not secret.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ServiceSid(String);

/// The error of a text that is not a SID of the expected kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InvalidSid {
    prefix: &'static str,
}

impl VerificationSid {
    /// Parses a SID.
    ///
    /// # Errors
    /// If the text has another format.
    pub fn parse(text: impl Into<String>) -> Result<Self, InvalidSid> {
        parse("VE", text.into()).map(Self)
    }

    /// Returns the SID as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl ServiceSid {
    /// Parses a SID.
    ///
    /// # Errors
    /// If the text has another format.
    pub fn parse(text: impl Into<String>) -> Result<Self, InvalidSid> {
        parse("VA", text.into()).map(Self)
    }

    /// Returns the SID as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Checks the pattern `^XX[0-9a-fA-F]{32}$` of Twilio's OpenAPI description.
fn parse(prefix: &'static str, text: String) -> Result<String, InvalidSid> {
    let valid = text
        .strip_prefix(prefix)
        .is_some_and(|rest| rest.len() == 32 && rest.bytes().all(|byte| byte.is_ascii_hexdigit()));
    if valid { Ok(text) } else { Err(InvalidSid { prefix }) }
}

impl fmt::Display for VerificationSid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Display for ServiceSid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Display for InvalidSid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "not a SID of the form {} and 32 hexadecimal digits", self.prefix)
    }
}

impl std::error::Error for InvalidSid {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sid_has_two_letters_and_32_hexadecimal_digits() {
        let text = format!("VE{}", "0123456789abcdefABCDEF0123456789");
        assert_eq!(VerificationSid::parse(text.as_str()).unwrap().as_str(), text);
        assert_eq!(
            ServiceSid::parse(text.replace("VE", "VA")).unwrap().to_string(),
            text.replace("VE", "VA")
        );
    }

    #[test]
    fn other_texts_are_rejected() {
        let good = format!("VE{}", "a".repeat(32));
        let long = format!("{good}a");
        let other = good.replace("VE", "VA");
        let newline = format!("{good}\n");
        let traversal = format!("VE../../{}", "a".repeat(26));
        let not_hex = good.replace('a', "g");
        let wide = format!("VE{}", "é".repeat(16));
        for text in [
            "",
            "VE",
            &good[..33],
            &long,
            &other,
            &good.to_lowercase(),
            &newline,
            &traversal,
            &not_hex,
            &wide,
        ] {
            assert!(VerificationSid::parse(text).is_err(), "{text:?}");
        }
        assert!(ServiceSid::parse(good).is_err());
    }
}
