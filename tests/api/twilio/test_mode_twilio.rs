//! `serve` talks only to Twilio, with credentials of Twilio, unless an explicit flag says otherwise.

use twilio_verify_sandbox::{ACCOUNT_SID, AUTH_TOKEN, SERVICE_SID};

use crate::harness::{COMPLETE, TempDir, complete_with, rejected_command, start_command};

const SERVE: &str = "serve --listen 127.0.0.1:0";
const BASE_URL: &str = "COUNTERSIGN__TWILIO__BASE_URL";
/// The error about a credential of the sandbox.
const REFUSAL: &str = "this is one of the sandbox's credentials";

/// URLs that resemble Twilio's, that lead elsewhere, or that name a program on this machine.
const OTHERS: [&str; 29] = [
    "http://127.0.0.1:3001",
    "http://localhost:3001",
    "http://[::1]:3001",
    "https://127.0.0.1",
    "https://localhost",
    "http://verify.twilio.com",
    "HTTPS://VERIFY.TWILIO.COM",
    "https://VERIFY.twilio.com",
    "https://verify.twilio.com.",
    "https://verify.twilio.com:443",
    "https://verify.twilio.com:8443",
    "https://verify.twilio.com@evil.example",
    "https://verify.twilio.com:443@evil.example",
    "https://user@verify.twilio.com",
    "https://user:password@verify.twilio.com",
    "https://verify.twilio.com.evil.example",
    "https://verify-twilio.com",
    "https://evil.example/https://verify.twilio.com",
    "https://evil.example/verify.twilio.com",
    "https://evil.example?https://verify.twilio.com",
    "https://evil.example#https://verify.twilio.com",
    "https://verify.twilio.com\\@evil.example",
    "https://verify.twilio.com/@evil.example",
    "https://verify.twilio.com/v2",
    "https://verify.twilio.com/../evil",
    "https://verify.twilio.com?x",
    "https://verify.us1.twilio.com",
    "https://api.twilio.com",
    "https://v\u{435}rify.twilio.com",
];

#[test]
fn only_the_base_url_of_twilio_is_accepted() {
    let directory = TempDir::new();
    for url in OTHERS {
        let message = rejected_command(&directory, SERVE, &complete_with(BASE_URL, url));
        // An unusable URL is rejected with another message.
        assert!(message.contains("--i-am-testing") || message.contains("base URL"), "{url}: {message}");
        let toml = format!("[twilio]\nbase_url = {url:?}\n");
        std::fs::write(directory.path().join("a.toml"), toml).unwrap();
        let message = rejected_command(&directory, &format!("{SERVE} --config a.toml"), &COMPLETE);
        assert!(message.contains("base URL") || message.contains("BASE_URL"), "{url}: {message}");
    }
    for url in ["", " ", "verify.twilio.com", " https://verify.twilio.com", "https://verify.twilio.com\n"] {
        assert!(!rejected_command(&directory, SERVE, &complete_with(BASE_URL, url)).is_empty(), "{url:?}");
    }
    std::fs::write(directory.path().join(".env"), format!("{BASE_URL}=http://127.0.0.1:3001\n")).unwrap();
    assert!(rejected_command(&directory, SERVE, &COMPLETE).contains("--i-am-testing"));
    assert!(!directory.path().join("countersign.db").exists());
    for url in ["https://verify.twilio.com", "https://verify.twilio.com/"] {
        start_command(&TempDir::new(), SERVE, &complete_with(BASE_URL, url));
    }
}

#[test]
fn override_must_be_spelled_out_as_a_flag() {
    let elsewhere = complete_with(BASE_URL, "http://127.0.0.1:1");
    let process = start_command(&TempDir::new(), &format!("{SERVE} --i-am-testing"), &elsewhere);
    assert!(process.log().contains("--i-am-testing"), "{}", process.log());
    for line in
        [format!("{SERVE} --i-am-test"), format!("{SERVE} --i"), format!("{SERVE} --i-am-testing=false")]
    {
        rejected_command(&TempDir::new(), &line, &elsewhere);
    }
    // No variable replaces the flag: unknown settings are rejected, and other variables are ignored.
    for name in [
        "COUNTERSIGN__I_AM_TESTING",
        "COUNTERSIGN__SERVER__I_AM_TESTING",
        "COUNTERSIGN__TWILIO__I_AM_TESTING",
        "COUNTERSIGN_TWILIO_I_AM_TESTING",
    ] {
        assert!(
            rejected_command(&TempDir::new(), SERVE, &complete_with(name, "true")).contains(name),
            "{name}"
        );
    }
    for name in ["COUNTERSIGN_I_AM_TESTING", "I_AM_TESTING", "TWILIO_BASE_URL"] {
        let variables = [&elsewhere[..], &[(name, "true")]].concat();
        assert!(rejected_command(&TempDir::new(), SERVE, &variables).contains("--i-am-testing"), "{name}");
    }
}

#[test]
fn credentials_of_the_sandbox_are_rejected() {
    let directory = TempDir::new();
    let key = ACCOUNT_SID.replacen("AC", "SK", 1);
    let upper = ACCOUNT_SID.replacen("c0de", "C0DE", 3);
    let real_key = ("COUNTERSIGN__TWILIO__API_KEY_SID", "SK0123456789abcdef0123456789abcdef");
    let real_secret = ("COUNTERSIGN__TWILIO__API_KEY_SECRET", "0123456789abcdefGHIJKLMNOPQRSTUV");
    for (name, value, others) in [
        ("TWILIO_AUTH_TOKEN", AUTH_TOKEN, &[][..]),
        ("TWILIO_ACCOUNT_SID", ACCOUNT_SID, &[]),
        ("TWILIO_ACCOUNT_SID", &upper, &[]),
        ("TWILIO_VERIFICATION_SID", SERVICE_SID, &[]),
        ("COUNTERSIGN__TWILIO__API_KEY_SECRET", AUTH_TOKEN, &[real_key]),
        ("COUNTERSIGN__TWILIO__API_KEY_SID", &key, &[real_secret]),
        // Unused credentials are rejected as well.
        ("TWILIO_AUTH_TOKEN", AUTH_TOKEN, &[real_key, real_secret]),
    ] {
        let variables = [complete_with(name, value), others.to_vec()].concat();
        let message = rejected_command(&directory, SERVE, &variables);
        assert!(message.contains(&format!("{name}: {REFUSAL}")), "{name}={value}: {message}");
    }
    assert!(!directory.path().join("countersign.db").exists());
    start_command(&TempDir::new(), SERVE, &[&COMPLETE[..], &[real_key, real_secret]].concat());
}

#[test]
fn credentials_of_the_sandbox_are_rejected_from_every_source() {
    let directory = TempDir::new();
    let write = |name: &str, text: &str| std::fs::write(directory.path().join(name), text).unwrap();
    let without: Vec<_> = COMPLETE.into_iter().filter(|(name, _)| *name != "TWILIO_AUTH_TOKEN").collect();
    let line = format!("{SERVE} --config a.toml");
    write("a.toml", "");
    write("token", " sandbox\r\n");
    for (variable, value) in [
        ("TWILIO_AUTH_TOKEN_FILE", "token"),
        ("COUNTERSIGN__TWILIO__AUTH_TOKEN", AUTH_TOKEN),
        ("COUNTERSIGN__TWILIO__AUTH_TOKEN_FILE", "token"),
    ] {
        let message = rejected_command(&directory, &line, &[&without[..], &[(variable, value)]].concat());
        assert!(message.contains(REFUSAL), "{variable}: {message}");
    }
    write(".env", "TWILIO_AUTH_TOKEN=sandbox\n");
    assert!(rejected_command(&directory, &line, &without).contains(REFUSAL));
    write(".env", "");
    write("a.toml", "[twilio]\nauth_token = \"sandbox\"\n");
    assert!(rejected_command(&directory, &line, &without).contains(REFUSAL));
}
