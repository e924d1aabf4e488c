//! Who is calling: HTTP Basic, as at Twilio. An account exists as soon as somebody names it; the password must
//! be the sandbox's word, so that a real secret sent here by mistake is refused and nothing of it is kept.

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::http::header::AUTHORIZATION;
use actix_web::{FromRequest, HttpRequest};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::AUTH_TOKEN;
use crate::twilio::errors::TwilioError;
use crate::twilio::sid::is_sid;

/// An authenticated caller. Ask for it first in a handler, so that 401 comes before every other answer.
#[derive(Debug)]
pub(crate) struct Caller {
    /// `AC…`.
    pub(crate) account_sid: String,
}

impl FromRequest for Caller {
    type Error = TwilioError;
    type Future = Ready<Result<Self, TwilioError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let account_sid = request
            .headers()
            .get(AUTHORIZATION)
            .and_then(|header| header.to_str().ok())
            .and_then(account_of)
            .ok_or_else(TwilioError::unauthorized);
        ready(account_sid.map(|account_sid| Self { account_sid }))
    }
}

/// The account that a header's credentials are good for. An API key `SK…` belongs to the account `AC…` of the
/// same digits.
fn account_of(header: &str) -> Option<String> {
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
