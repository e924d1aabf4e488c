//! Random codes, secrets and SIDs.

use uuid::Uuid;

/// Bytes from here on would favor the low digits: 250 is the last multiple of 10 in a byte.
const FAIR_BELOW: u8 = 250;

/// The operating system provides no randomness.
#[derive(Debug)]
pub(crate) struct NoRandomness;

/// Returns a new SID: a prefix for its kind and 32 hexadecimal digits.
pub(crate) fn sid(prefix: &str) -> String {
    format!("{prefix}{}", Uuid::new_v4().simple())
}

/// Returns unpredictable bytes.
pub(crate) fn bytes<const N: usize>() -> Result<[u8; N], NoRandomness> {
    let mut bytes = [0_u8; N];
    getrandom::fill(&mut bytes).map_err(|_| NoRandomness)?;
    Ok(bytes)
}

/// Returns a code of `length` uniformly random digits that differs from `previous`.
pub(crate) fn code(length: usize, previous: Option<&str>) -> Result<String, NoRandomness> {
    loop {
        let code = digits(length)?;
        if Some(code.as_str()) != previous {
            return Ok(code);
        }
    }
}

fn digits(length: usize) -> Result<String, NoRandomness> {
    let mut digits = String::with_capacity(length);
    while digits.len() < length {
        let mut bytes = [0_u8; 16];
        getrandom::fill(&mut bytes).map_err(|_| NoRandomness)?;
        let fair = bytes.iter().filter(|byte| **byte < FAIR_BELOW).map(|byte| char::from(b'0' + byte % 10));
        let missing = length - digits.len();
        digits.extend(fair.take(missing));
    }
    Ok(digits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_digits_of_the_requested_length() {
        for length in 4..=10 {
            let code = code(length, None).unwrap();
            assert!(code.len() == length && code.bytes().all(|byte| byte.is_ascii_digit()), "{code}");
        }
    }

    #[test]
    fn a_code_differs_from_the_previous_one() {
        for _ in 0..200 {
            assert_ne!(code(1, Some("7")).unwrap(), "7");
        }
    }

    #[test]
    fn every_digit_occurs() {
        let code = code(2_000, None).unwrap();
        assert!(('0'..='9').all(|digit| code.contains(digit)));
    }
}
