//! The credentials: HTTP Basic, as at Twilio. An account exists as soon as a request names it. The password must be
//! [`AUTH_TOKEN`], so that a real secret that is sent by mistake is rejected, and it is not stored.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::AUTH_TOKEN;
use crate::twilio::sid::is_sid;

/// Returns the account of an `Authorization` header if its credentials are valid. The API key `SK…` belongs to the
/// account `AC…` with the same digits.
pub(crate) fn account_of(header: &str) -> Option<String> {
    let (scheme, encoded) = header.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let decoded = String::from_utf8(STANDARD.decode(encoded.trim()).ok()?).ok()?;
    let (user, password) = decoded.split_once(':')?;
    if password != AUTH_TOKEN {
        return None;
    }
    if is_sid("AC", user) {
        return Some(user.to_owned());
    }
    is_sid("SK", user).then(|| user.replacen("SK", "AC", 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn basic(user: &str, password: &str) -> String {
        format!("Basic {}", STANDARD.encode(format!("{user}:{password}")))
    }

    #[test]
    fn accounts_and_keys() {
        let digits = "0123456789abcdefABCDEF0123456789";
        let account = format!("AC{digits}");
        assert_eq!(account_of(&basic(&account, "sandbox")), Some(account.clone()));
        assert_eq!(account_of(&basic(&format!("SK{digits}"), "sandbox")), Some(account.clone()));
        assert_eq!(
            account_of(&basic(&account, "sandbox").replacen("Basic", "basic", 1)),
            Some(account.clone())
        );
        for (user, password) in [
            (account.as_str(), "Sandbox"),
            (&account, ""),
            (&account, "sandbox "),
            (&account, "0123456789abcdef0123456789abcdef"),
            ("AC123", "sandbox"),
            ("", "sandbox"),
            (&format!("VA{digits}"), "sandbox"),
        ] {
            assert_eq!(account_of(&basic(user, password)), None, "{user}");
        }
        for header in ["", "Basic", "Basic !!", "Bearer x", "Basic bm9jb2xvbg=="] {
            assert_eq!(account_of(header), None, "{header}");
        }
    }
}
