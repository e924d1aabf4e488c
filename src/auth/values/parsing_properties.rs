//! Property tests of parsing: no text causes a panic, an accepted value has the stored form, and parsing it
//! again changes nothing.

use proptest::prelude::*;
use secrecy::ExposeSecret;
use storage::sessions::Session;
use storage::{Id, Timestamp};

use crate::auth::tokens::refresh_token::{RefreshToken, RefreshTokens, SALT_LENGTH};
use crate::auth::tokens::reset_token::{ResetToken, ResetTokens};
use crate::auth::{
    AppHash, Code, DeploymentSecret, Email, Locale, Name, Password, PhoneNumber, RESEND_WAITS, Rate, Username,
};

/// Random text that is often nearly valid.
fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<String>(),
        "[ +0-9()./-]{0,45}",
        "(\\+|00|tel:)?[0-9٠-٩０-９ ]{3,20}( ?ext\\.? ?[0-9]{1,4})?",
        "[a-zA-Z0-9._+-]{0,70}@[a-zA-Z0-9.-]{0,70}\\.[a-z]{2,6}",
        "[a-z]{1,9}(-[A-Za-z0-9]{1,9}){0,4}",
        "[0-9]{1,8}( ?/ ?)[0-9]{0,6}[smhd]?",
        "\\PC{0,140}",
    ]
}

fn deployment() -> DeploymentSecret {
    DeploymentSecret::parse("0123456789abcdefghijklmnopqrstuvwxyz".into()).unwrap()
}

fn session() -> Session {
    let now = Timestamp(chrono::DateTime::UNIX_EPOCH + chrono::TimeDelta::seconds(RESEND_WAITS[0]));
    Session {
        id: Id::new(now.0),
        user_id: Id::new(now.0),
        salt: vec![7; SALT_LENGTH],
        generation: 3,
        rotated_at: now,
        amr: storage::Amr::password_and_code(storage::Channel::Sms),
        auth_time: now,
        user_agent: None,
        ip_address: None,
        created_at: now,
        last_used_at: now,
        expires_at: now,
        ended_at: None,
        end_reason: None,
    }
}

/// The text with one character replaced, dropped or inserted.
fn changed(token: &str, at: usize, by: char, how: u8) -> String {
    let at = at % token.len();
    let before = &token[..at];
    let after = &token[at + 1..];
    match how % 3 {
        0 => format!("{before}{by}{after}"),
        1 => format!("{before}{after}"),
        _ => format!("{before}{by}{}", &token[at..]),
    }
}

proptest! {
    /// Threats: b44, c18.
    #[test]
    fn phone_numbers_are_e164_and_parse_to_themselves(text in text()) {
        if let Ok(number) = PhoneNumber::parse(&text) {
            let stored = number.as_str();
            let digits = stored.strip_prefix('+').unwrap();
            prop_assert!((5..=15).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit()), "{stored}");
            let again = PhoneNumber::parse(stored).unwrap();
            prop_assert_eq!(again.as_str(), stored);
        }
    }

    /// Threats: a53, c18.
    #[test]
    fn email_addresses_are_ascii_and_parse_to_themselves(text in text()) {
        if let Ok(email) = Email::parse(&text) {
            let stored = email.as_str();
            prop_assert!(stored.is_ascii() && stored.len() <= 254 && !stored.contains(char::is_whitespace));
            prop_assert_eq!(stored.matches('@').count(), 1);
            let again = Email::parse(stored).unwrap();
            prop_assert_eq!(again.as_str(), stored);
        }
    }

    #[test]
    fn names_contain_no_control_characters(text in text()) {
        if let Ok(name) = Name::parse(&text) {
            prop_assert!((1..=100).contains(&name.as_str().chars().count()));
            prop_assert!(!name.as_str().contains(char::is_control));
        }
        if let Ok(username) = Username::parse(&text) {
            prop_assert!((3..=32).contains(&username.as_str().len()) && username.as_str().is_ascii());
        }
    }

    #[test]
    fn codes_are_4_to_10_digits(text in text()) {
        if let Ok(code) = Code::parse(&text) {
            prop_assert!((4..=10).contains(&code.expose().len()));
            prop_assert!(code.expose().bytes().all(|byte| byte.is_ascii_digit()));
        }
    }

    #[test]
    fn other_values_are_accepted_or_rejected(text in text()) {
        let _ = Password::parse_attempt(&text);
        if let Ok(password) = Password::parse_new(&text) {
            prop_assert!((8..=128).contains(&password.expose_text().chars().count()));
        }
        if let Ok(locale) = Locale::parse(&text) {
            let _ = locale.supported();
        }
        let _ = Locale::from_accept_language(&text);
        let _ = AppHash::parse(&text, &["FA+9qCX9VSu".to_owned()]);
        if let Ok(rate) = text.parse::<Rate>() {
            prop_assert_eq!(rate.to_string().parse::<Rate>().unwrap(), rate);
        }
    }

    #[test]
    fn only_tokens_of_this_deployment_are_genuine(text in text(), at in any::<usize>(), by in "[A-Za-z0-9_=+/. -]", how in any::<u8>()) {
        let refresh = RefreshTokens::new(&deployment()).unwrap();
        let reset = ResetTokens::new(&deployment()).unwrap();
        let session = session();
        let token = refresh.current(&session).expose_secret().to_owned();
        let genuine = |text: &str| {
            RefreshToken::new(text).claim().and_then(|claim| refresh.check(&claim, &session)).is_some()
        };
        prop_assert!(genuine(&token) && !genuine(&text));
        let by = by.chars().next().unwrap();
        let other = changed(&token, at, by, how);
        prop_assert!(other == token || !genuine(&other), "{}", other);

        let token = reset.of(session.id).expose_secret().to_owned();
        prop_assert!(reset.check(&ResetToken::new(&token)).is_some());
        prop_assert!(reset.check(&ResetToken::new(&text)).is_none());
        let other = changed(&token, at, by, how);
        prop_assert!(other == token || reset.check(&ResetToken::new(&other)).is_none(), "{}", other);
    }
}
