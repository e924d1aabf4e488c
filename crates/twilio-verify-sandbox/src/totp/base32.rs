//! Base32 (RFC 4648, section 6), the encoding of secrets for authenticators.

const ALPHABET: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/// Encodes bytes in capitals and without padding, as in Twilio's examples.
pub(crate) fn encode(bytes: &[u8]) -> String {
    let mut text = String::new();
    let mut buffer = 0_u32;
    let mut bits = 0;
    for byte in bytes {
        buffer = (buffer & 0x1f) << 8 | u32::from(*byte);
        bits += 8;
        while bits >= 5 {
            bits -= 5;
            text.extend(digit(buffer >> bits));
        }
    }
    if bits > 0 {
        text.extend(digit(buffer << (5 - bits)));
    }
    text
}

/// Decodes Base32 to at least one byte, or returns `None`. Accepts lowercase letters, because people type
/// secrets, and padding, because libraries add it.
pub(crate) fn decode(text: &str) -> Option<Vec<u8>> {
    let digits = text.trim_end_matches('=');
    let mut bytes = Vec::new();
    let mut buffer = 0_u32;
    let mut bits = 0;
    for digit in digits.bytes() {
        let capital = digit.to_ascii_uppercase();
        let value = ALPHABET.iter().position(|known| *known == capital)?;
        buffer = (buffer & 0xff) << 5 | u32::try_from(value).ok()?;
        bits += 5;
        if bits >= 8 {
            bits -= 8;
            bytes.extend(u8::try_from((buffer >> bits) & 0xff));
        }
    }
    // Five or more remaining bits mean a superfluous digit.
    (bits < 5 && !bytes.is_empty()).then_some(bytes)
}

fn digit(value: u32) -> Option<char> {
    let index = usize::try_from(value & 0x1f).ok()?;
    ALPHABET.get(index).copied().map(char::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 4648, section 10.
    const VECTORS: [(&str, &str); 6] = [
        ("f", "MY"),
        ("fo", "MZXQ"),
        ("foo", "MZXW6"),
        ("foob", "MZXW6YQ"),
        ("fooba", "MZXW6YTB"),
        ("foobar", "MZXW6YTBOI"),
    ];

    #[test]
    fn the_vectors_of_rfc_4648() {
        assert_eq!(encode(b""), "");
        for (text, encoded) in VECTORS {
            assert_eq!(encode(text.as_bytes()), encoded);
            assert_eq!(decode(encoded).as_deref(), Some(text.as_bytes()));
            let padded = format!("{encoded:=<8}").to_lowercase();
            assert_eq!(decode(&padded).as_deref(), Some(text.as_bytes()), "{padded}");
        }
    }

    #[test]
    fn invalid_base32_is_rejected() {
        for bad in ["", "=", "A", "ABC", "ABCDEF", "MZXW61", "MZXW60", "MZ XQ", "MZ-XQ", "MY=A", "ÄÄ"] {
            assert_eq!(decode(bad), None, "{bad}");
        }
    }
}
