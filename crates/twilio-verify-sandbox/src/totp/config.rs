//! The codes of a TOTP factor. Pure: the time is an argument.

use chrono::{DateTime, Utc};
use serde::Serialize;

use super::algorithm::Algorithm;

/// The parameters of a factor's codes, under Twilio's field names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct TotpConfig {
    /// The hash function.
    pub(crate) alg: Algorithm,
    /// How many time steps before and after the current one are accepted.
    pub(crate) skew: u8,
    /// The number of digits of a code, 3 to 8.
    pub(crate) code_length: u8,
    /// The length of a time step in seconds, 20 to 60.
    pub(crate) time_step: u8,
}

impl TotpConfig {
    /// Returns the number of the time step at `now`.
    pub(crate) fn step(self, now: DateTime<Utc>) -> u64 {
        // The sandbox's clock is never before 1970.
        u64::try_from(now.timestamp()).unwrap_or(0) / u64::from(self.time_step.max(1))
    }

    /// Returns the code of a time step.
    pub(crate) fn code(self, secret: &[u8], step: u64) -> String {
        let number = truncate(&self.alg.hmac(secret, &step.to_be_bytes()));
        let length = usize::from(self.code_length);
        let code = u64::from(number) % 10_u64.pow(u32::from(self.code_length));
        format!("{code:0length$}")
    }

    /// Returns the accepted time steps at `now` whose code is `code`, oldest first.
    pub(crate) fn matching_steps(
        self,
        secret: &[u8],
        code: &str,
        now: DateTime<Utc>,
    ) -> impl Iterator<Item = u64> {
        let current = self.step(now);
        let skew = u64::from(self.skew);
        (current.saturating_sub(skew)..=current + skew).filter(move |step| self.code(secret, *step) == code)
    }
}

/// Dynamic truncation (RFC 4226, section 5.3): four bytes at the offset in the last byte, without the sign
/// bit.
fn truncate(hash: &[u8]) -> u32 {
    let offset = hash.last().map_or(0, |last| usize::from(last & 0x0f));
    hash.iter().skip(offset).take(4).fold(0_u32, |number, byte| number << 8 | u32::from(*byte)) & 0x7fff_ffff
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &[u8] = b"12345678901234567890";
    const DEFAULT: TotpConfig = TotpConfig { alg: Algorithm::Sha1, skew: 1, code_length: 6, time_step: 30 };

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
                let config = TotpConfig { alg, code_length: 8, ..DEFAULT };
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
        assert_eq!(TotpConfig { code_length: 3, ..DEFAULT }.code(SECRET, 1), "082");
    }

    #[test]
    fn codes_within_the_skew_are_accepted() {
        for skew in 0..=2_u8 {
            let config = TotpConfig { skew, ..DEFAULT };
            for offset in 0..=4_u64 {
                let code = config.code(SECRET, 1_000 + offset);
                let steps = config.matching_steps(SECRET, &code, at(1_002 * 30)).collect::<Vec<_>>();
                let expected =
                    if offset.abs_diff(2) <= u64::from(skew) { vec![1_000 + offset] } else { vec![] };
                assert_eq!(steps, expected, "{skew} {offset}");
            }
        }
        assert_eq!(DEFAULT.matching_steps(SECRET, "755224", at(0)).collect::<Vec<_>>(), [0]);
    }
}
