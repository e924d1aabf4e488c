//! An email address.

use super::invalid::{Invalid, InvalidKind};

/// The most characters of an address: what fits into an SMTP path (RFC 5321, section 4.5.3.1.3).
pub const MAX_CHARACTERS: usize = 254;
/// The most characters before the `@` (RFC 5321, section 4.5.3.1.1).
const MAX_LOCAL: usize = 64;
/// The most characters of one label of the domain (RFC 1035, section 2.3.4).
const MAX_LABEL: usize = 63;

/// An email address: unquoted, ASCII, with a domain of at least two labels. It is unique without regard to
/// case.
///
/// Only ASCII, because letters that look alike could make two users for one mailbox. An international domain
/// is written in its `xn--` form.
#[derive(Clone)]
pub struct Email(String);

impl Email {
    /// Parses an address. Surrounding white space is dropped.
    ///
    /// # Errors
    /// [`InvalidKind::TooLong`] or [`InvalidKind::InvalidFormat`].
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        let text = text.trim();
        if text.len() > MAX_CHARACTERS {
            return Err(Invalid::new(InvalidKind::TooLong, "An email address has at most 254 characters."));
        }
        match text.rsplit_once('@') {
            Some((local, domain)) if is_local(local) && is_domain(domain) => Ok(Self(text.to_owned())),
            _ => {
                Err(Invalid::new(InvalidKind::InvalidFormat, "An email address looks like ada@example.com."))
            }
        }
    }

    /// The address as it was typed, in its original case.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Masks an address: the first letter and the domain remain, as in `a***@example.com`. A text that is not an
/// address is masked completely.
pub(crate) fn masked(address: &str) -> String {
    match address.rsplit_once('@') {
        Some((local, domain)) => format!("{}***@{domain}", local.get(..1).unwrap_or_default()),
        None => "***".into(),
    }
}

/// RFC 5322's `dot-atom-text`.
fn is_local(local: &str) -> bool {
    local.len() <= MAX_LOCAL
        && local.split('.').all(|atom| {
            !atom.is_empty()
                && atom.bytes().all(|b| b.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~".contains(&b))
        })
}

fn is_domain(domain: &str) -> bool {
    let is_label = |label: &str| {
        !label.is_empty()
            && label.len() <= MAX_LABEL
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
    };
    let top = domain.rsplit('.').next().unwrap_or_default();
    domain.contains('.') && domain.split('.').all(is_label) && !top.bytes().all(|b| b.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn common_addresses_are_accepted() {
        for good in ["a@b.co", "Ada.Lovelace+x@Example.COM", "o'neil@xn--bcher-kva.example", "a_b@a-b.c.org"]
        {
            assert_eq!(Email::parse(&format!("  {good}\n")).unwrap().as_str(), good);
        }
    }

    #[test]
    fn a_masked_address_shows_one_letter_and_the_domain() {
        assert_eq!(masked("ada@example.com"), "a***@example.com");
        assert_eq!(masked("a@b.co"), "a***@b.co");
        assert_eq!(masked("garbage"), "***");
    }

    #[test]
    fn everything_else_is_rejected() {
        let long = format!("{}@example.com", "a".repeat(243));
        let long_local = format!("{}@example.com", "a".repeat(65));
        for bad in [
            "",
            "a",
            "@b.co",
            "a@",
            "a@b",
            "a b@c.de",
            "a@b@c.de",
            "a..b@c.de",
            ".a@c.de",
            "a@.de",
            "a@b..de",
            "a@-b.de",
            "a@1.2.3.4",
            "a@[1.2.3.4]",
            "mıke@x.com",
            "a@bücher.de",
            "a\0@b.co",
            "a@b.co\r\nBcc: x",
            "\"a\"@b.co",
            &long,
            &long_local,
        ] {
            assert!(Email::parse(bad).is_err(), "{bad:?}");
        }
    }
}
