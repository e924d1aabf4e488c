//! The URI that an authenticator scans as a QR code.

use std::fmt::Write;

use super::base32;
use super::config::TotpConfig;

/// Returns a URI in Google's key URI format, which Twilio's description refers to.
pub(super) fn key_uri(config: TotpConfig, secret: &[u8], issuer: &str, account: &str) -> String {
    let issuer = escape(issuer);
    let account = escape(account);
    format!(
        "otpauth://totp/{issuer}:{account}?secret={}&issuer={issuer}&algorithm={}&digits={}&period={}",
        base32::encode(secret),
        config.alg.uri_name(),
        config.code_length,
        config.time_step
    )
}

/// Escapes all but the unreserved characters of RFC 3986, so that a colon or an ampersand does not end a
/// name.
fn escape(text: &str) -> String {
    text.bytes().fold(String::new(), |mut escaped, byte| {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            escaped.push(char::from(byte));
        } else {
            // Writing to a string cannot fail.
            let _ = write!(escaped, "%{byte:02X}");
        }
        escaped
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::totp::algorithm::Algorithm;

    const SECRET: &[u8] = b"12345678901234567890";
    const DEFAULT: TotpConfig = TotpConfig { alg: Algorithm::Sha1, skew: 1, code_length: 6, time_step: 30 };

    #[test]
    fn the_uri_escapes_reserved_characters() {
        assert_eq!(
            key_uri(DEFAULT, SECRET, "test-issuer", "John’s Account Name"),
            "otpauth://totp/test-issuer:John%E2%80%99s%20Account%20Name?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ\
             &issuer=test-issuer&algorithm=SHA1&digits=6&period=30"
        );
        let other = TotpConfig { alg: Algorithm::Sha512, code_length: 8, time_step: 60, skew: 0 };
        let uri = key_uri(other, b"f", "a:b&c", "d/e");
        assert_eq!(
            uri,
            "otpauth://totp/a%3Ab%26c:d%2Fe?secret=MY&issuer=a%3Ab%26c&algorithm=SHA512&digits=8&period=60"
        );
    }
}
