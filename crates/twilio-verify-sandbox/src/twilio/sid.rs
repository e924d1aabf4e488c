//! Twilio's identifiers.

/// Returns whether `text` is a SID: `prefix`, then 32 hexadecimal digits.
pub(crate) fn is_sid(prefix: &str, text: &str) -> bool {
    text.strip_prefix(prefix)
        .is_some_and(|digits| digits.len() == 32 && digits.bytes().all(|byte| byte.is_ascii_hexdigit()))
}
