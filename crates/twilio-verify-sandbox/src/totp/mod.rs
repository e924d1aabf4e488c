//! Time-based one-time passwords (RFC 6238 on top of RFC 4226): how a code is made, and how an authenticator is told.
//! Pure, time is an argument.

pub(crate) mod base32;
pub(crate) mod challenge;
pub(crate) mod challenge_form;
pub(crate) mod entities;
pub(crate) mod entity;
pub(crate) mod entity_json;
pub(crate) mod factor;
pub(crate) mod factor_errors;
pub(crate) mod factor_form;
#[cfg(test)]
mod totp_properties;
pub(crate) mod used_steps;

use std::fmt::Write;

use chrono::{DateTime, Utc};
use hmac::{Hmac, KeyInit, Mac};
use serde::Serialize;
use sha1::Sha1;
use sha2::{Sha256, Sha512};

/// The hash that the codes rest on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Algorithm {
    /// What every authenticator knows, and Twilio's default.
    Sha1,
    /// SHA-256.
    Sha256,
    /// SHA-512.
    Sha512,
}

impl Algorithm {
    /// The algorithm of that name.
    pub(crate) fn named(name: &str) -> Option<Self> {
        match name {
            "sha1" => Some(Self::Sha1),
            "sha256" => Some(Self::Sha256),
            "sha512" => Some(Self::Sha512),
            _ => None,
        }
    }

    /// The HMAC (RFC 2104) of a message under this algorithm's hash.
    fn hmac(self, secret: &[u8], message: &[u8]) -> Vec<u8> {
        match self {
            Self::Sha1 => hmac::<Hmac<Sha1>>(secret, message),
            Self::Sha256 => hmac::<Hmac<Sha256>>(secret, message),
            Self::Sha512 => hmac::<Hmac<Sha512>>(secret, message),
        }
    }

    /// The name in a URI for authenticators.
    fn in_uri(self) -> &'static str {
        match self {
            Self::Sha1 => "SHA1",
            Self::Sha256 => "SHA256",
            Self::Sha512 => "SHA512",
        }
    }
}

/// How a factor's codes are made, by the names that Twilio tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Config {
    /// The hash.
    pub(crate) alg: Algorithm,
    /// How many steps before and after the present one are taken too.
    pub(crate) skew: u8,
    /// Digits of a code, 3 to 8.
    pub(crate) code_length: u8,
    /// Seconds of a step, 20 to 60.
    pub(crate) time_step: u8,
}

impl Config {
    /// The number of the step that `now` is in.
    pub(crate) fn step(self, now: DateTime<Utc>) -> u64 {
        // No clock here shows a time before 1970, and no step is of no length.
        u64::try_from(now.timestamp()).unwrap_or(0) / u64::from(self.time_step.max(1))
    }

    /// The code of a step.
    pub(crate) fn code(self, secret: &[u8], step: u64) -> String {
        let number = truncate(&self.alg.hmac(secret, &step.to_be_bytes()));
        let length = usize::from(self.code_length);
        let code = u64::from(number) % 10_u64.pow(u32::from(self.code_length));
        format!("{code:0length$}")
    }

    /// The steps of which `code` can be the code at `now`, oldest first.
    pub(crate) fn steps_of(self, secret: &[u8], code: &str, now: DateTime<Utc>) -> impl Iterator<Item = u64> {
        let (present, skew) = (self.step(now), u64::from(self.skew));
        (present.saturating_sub(skew)..=present + skew).filter(move |step| self.code(secret, *step) == code)
    }

    /// What an authenticator scans: Google's key URI format, which Twilio's description names.
    pub(crate) fn uri(self, secret: &[u8], issuer: &str, account: &str) -> String {
        let (issuer, account) = (escape(issuer), escape(account));
        format!(
            "otpauth://totp/{issuer}:{account}?secret={}&issuer={issuer}&algorithm={}&digits={}&period={}",
            base32::encode(secret),
            self.alg.in_uri(),
            self.code_length,
            self.time_step
        )
    }
}

#[allow(clippy::expect_used, reason = "HMAC accepts keys of any length")]
fn hmac<M: Mac + KeyInit>(secret: &[u8], message: &[u8]) -> Vec<u8> {
    let mac = <M as KeyInit>::new_from_slice(secret).expect("HMAC accepts keys of any length");
    mac.chain_update(message).finalize().into_bytes().to_vec()
}

/// Four of a hash's bytes, which its last one chooses, without the sign (RFC 4226, section 5.3).
fn truncate(hash: &[u8]) -> u32 {
    let offset = hash.last().map_or(0, |last| usize::from(last & 0x0f));
    hash.iter().skip(offset).take(4).fold(0_u32, |number, byte| number << 8 | u32::from(*byte)) & 0x7fff_ffff
}

/// All but RFC 3986's unreserved characters escaped: a colon or an ampersand in a name must not end it.
fn escape(text: &str) -> String {
    text.bytes().fold(String::new(), |mut escaped, byte| {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            escaped.push(char::from(byte));
        } else {
            // Writing to a string does not fail.
            let _ = write!(escaped, "%{byte:02X}");
        }
        escaped
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &[u8] = b"12345678901234567890";
    const DEFAULT: Config = Config { alg: Algorithm::Sha1, skew: 1, code_length: 6, time_step: 30 };

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(seconds, 0).unwrap()
    }

    #[test]
    fn the_vectors_of_rfc_6238() {
        let seed = |length| SECRET.iter().copied().cycle().take(length).collect::<Vec<_>>();
        for (seconds, sha1, sha256, sha512) in [
            (59, "94287082", "46119246", "90693936"),
            (1_111_111_109, "07081804", "68084774", "25091201"),
            (1_111_111_111, "14050471", "67062674", "99943326"),
            (1_234_567_890, "89005924", "91819424", "93441116"),
            (2_000_000_000, "69279037", "90698825", "38618901"),
            (20_000_000_000, "65353130", "77737706", "47863826"),
        ] {
            for (alg, length, code) in [
                (Algorithm::Sha1, 20, sha1),
                (Algorithm::Sha256, 32, sha256),
                (Algorithm::Sha512, 64, sha512),
            ] {
                let config = Config { alg, code_length: 8, ..DEFAULT };
                assert_eq!(config.code(&seed(length), config.step(at(seconds))), code, "{alg:?} {seconds}");
            }
        }
    }

    #[test]
    fn the_vectors_of_rfc_4226() {
        let codes = ["755224", "287082", "359152", "969429", "338314", "254676", "287922", "162583"];
        for (step, code) in (0..).zip(codes) {
            assert_eq!(DEFAULT.code(SECRET, step), code);
        }
        assert_eq!(Config { code_length: 3, ..DEFAULT }.code(SECRET, 1), "082");
    }

    #[test]
    fn a_code_is_taken_as_far_off_as_the_skew_says() {
        for skew in 0..=2_u8 {
            let config = Config { skew, ..DEFAULT };
            for off in 0..=4_u64 {
                let code = config.code(SECRET, 1_000 + off);
                let taken = config.steps_of(SECRET, &code, at(1_002 * 30)).collect::<Vec<_>>();
                let expected = if off.abs_diff(2) <= u64::from(skew) { vec![1_000 + off] } else { vec![] };
                assert_eq!(taken, expected, "{skew} {off}");
            }
        }
        assert_eq!(DEFAULT.steps_of(SECRET, "755224", at(0)).collect::<Vec<_>>(), [0]);
    }

    #[test]
    fn the_uri_escapes_what_would_end_a_name() {
        assert_eq!(
            DEFAULT.uri(SECRET, "test-issuer", "John’s Account Name"),
            "otpauth://totp/test-issuer:John%E2%80%99s%20Account%20Name?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ\
             &issuer=test-issuer&algorithm=SHA1&digits=6&period=30"
        );
        let other = Config { alg: Algorithm::Sha512, code_length: 8, time_step: 60, skew: 0 };
        let uri = other.uri(b"f", "a:b&c", "d/e");
        assert_eq!(
            uri,
            "otpauth://totp/a%3Ab%26c:d%2Fe?secret=MY&issuer=a%3Ab%26c&algorithm=SHA512&digits=8&period=60"
        );
    }

    #[test]
    fn every_name_is_an_algorithm() {
        for name in ["sha1", "sha256", "sha512"] {
            let algorithm = Algorithm::named(name).unwrap();
            assert_eq!(serde_json::json!(algorithm), name);
        }
        assert_eq!(Algorithm::named("md5"), None);
    }
}
