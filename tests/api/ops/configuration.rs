//! The sources of settings, their precedence, and the errors about missing or invalid settings.

use crate::harness::{COMPLETE, TempDir, rejected_command, run_command, start_command};

fn complete_but<'a>(name: &str, value: Option<&'a str>) -> Vec<(&'a str, &'a str)> {
    let others = COMPLETE.into_iter().filter(|(other, _)| *other != name);
    let found = COMPLETE.iter().find(|(other, _)| *other == name).expect("a setting");
    others.chain(value.map(|value| (found.0, value))).collect()
}

/// The address that `countersign health` connects to: the one on which the configuration makes the server
/// listen.
/// Ports 1 to 9 are free on any machine that runs tests.
fn listens_on(directory: &TempDir, flags: &str, variables: &[(&str, &str)]) -> String {
    let message = run_command(directory, &format!("health {flags}"), variables).stderr;
    message.trim_start_matches("countersign: ").split(": ").next().unwrap().to_owned()
}

#[test]
fn serve_reports_all_missing_settings_at_once() {
    let message = rejected_command(&TempDir::new(), "serve", &[]);
    for (name, _) in COMPLETE {
        assert!(message.contains(&format!("{name} is missing")), "{name}: {message}");
    }
}

#[test]
fn serve_names_the_missing_setting() {
    for (name, _) in COMPLETE {
        let message = rejected_command(&TempDir::new(), "serve", &complete_but(name, None));
        for (other, value) in COMPLETE {
            assert_eq!(message.contains(other), other == name, "without {name}: {message}");
            assert!(!message.contains(value), "without {name}: {message}");
        }
        assert_eq!(
            message,
            rejected_command(&TempDir::new(), "serve", &complete_but(name, Some(""))),
            "{name} empty"
        );
    }
}

#[test]
fn complete_configuration_is_enough() {
    start_command(&TempDir::new(), "serve --listen 127.0.0.1:0", &COMPLETE);
}

/// Threats: a24, a69.
#[test]
fn invalid_value_is_named_but_not_printed() {
    for (name, wrong) in [
        ("COUNTERSIGN__TOKENS__SECRET", "changeme"),
        ("COUNTERSIGN__TOKENS__SECRET", "abcabcabcabcabcabcabcabcabcabcabcabcabcabc"),
        ("COUNTERSIGN__DATABASE__URL", "mysql://root:hunter2@localhost/countersign"),
        ("TWILIO_ACCOUNT_SID", "0123456789abcdef0123456789abcdef"),
        ("TWILIO_VERIFICATION_SID", "AC0123456789abcdef0123456789abcdef"),
    ] {
        let message = rejected_command(&TempDir::new(), "serve", &complete_but(name, Some(wrong)));
        let word = if name.starts_with("TWILIO") { "twilio" } else { name };
        assert!(message.contains(word), "{name}={wrong}: {message}");
        assert!(!message.contains(wrong), "{message}");
    }
}

#[test]
fn all_values_out_of_range_are_named() {
    let message = rejected_command(
        &TempDir::new(),
        "dev",
        &[
            ("COUNTERSIGN__CODES__LENGTH", "11"),
            ("COUNTERSIGN__CODES__CHANNELS", " , "),
            ("COUNTERSIGN__TOKENS__PASSWORD_OK_SECONDS", "601"),
            ("COUNTERSIGN__TOKENS__ACCESS_SECONDS", "0"),
            ("COUNTERSIGN__TOKENS__SESSION_DAYS", "366"),
            ("COUNTERSIGN__TOKENS__ISSUER", ""),
            ("COUNTERSIGN__DATABASE__MAX_CONNECTIONS", "0"),
            ("COUNTERSIGN__SERVER__SHUTDOWN_SECONDS", "31"),
            ("COUNTERSIGN__SERVER__ALLOWED_ORIGINS", "*"),
            ("COUNTERSIGN__PASSWORDS__MEMORY_KIB", "1"),
        ],
    );
    for word in [
        "codes.length",
        "codes.channels",
        "tokens.password_ok_seconds",
        "tokens.access_seconds",
        "tokens.session_days",
        "tokens.issuer",
        "database.max_connections",
        "server.shutdown_seconds",
        "server.allowed_origins",
        "passwords",
    ] {
        assert!(message.contains(word), "{word}: {message}");
    }
}

/// A variable that a script has left empty is an error and does not switch the limit off.
#[test]
fn empty_limit_is_rejected() {
    for empty in ["", " "] {
        let variables = [("COUNTERSIGN__LIMITS__CODES_PER_USER", empty)];
        let message = rejected_command(&TempDir::new(), "dev", &variables);
        assert!(message.contains("limits.codes_per_user") && message.contains("write 0"), "{message}");
    }
}

#[test]
fn webhook_secret_without_a_url_is_rejected() {
    let secret = [("COUNTERSIGN__WEBHOOKS__SECRET", "whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=")];
    let message = rejected_command(&TempDir::new(), "dev", &secret);
    assert!(message.contains("webhooks.url is not") && !message.contains("whsec_"), "{message}");
}

#[test]
fn unknown_settings_are_rejected_by_name() {
    let directory = TempDir::new();
    for name in ["COUNTERSIGN__SERVER__LISTN", "COUNTERSIGN__MODE", "COUNTERSIGN__LOG__LEVEL_FILE"] {
        let message = rejected_command(&directory, "dev", &[(name, "x"), ("COUNTERSIGN__OTHER__ONE", "x")]);
        assert!(message.contains(name) && message.contains("COUNTERSIGN__OTHER__ONE"), "{message}");
    }
    for (toml, word) in [("[server]\nlistn = \"x\"", "listn"), ("[sever]\nlisten = \"x\"", "sever")] {
        std::fs::write(directory.path().join("a.toml"), toml).unwrap();
        assert!(rejected_command(&directory, "dev --config a.toml", &[]).contains(word), "{word}");
    }
    assert!(rejected_command(&directory, "dev --config missing.toml", &[]).contains("missing.toml"));
    let message = rejected_command(&directory, "dev", &[("COUNTERSIGN__SERVER__WORKERS", "many")]);
    assert!(message.contains("workers"), "{message}");
}

#[test]
fn missing_underscore_is_rejected_with_a_suggestion() {
    let directory = TempDir::new();
    let message = rejected_command(&directory, "serve", &[("COUNTERSIGN_SERVER__LISTEN", "127.0.0.1:0")]);
    assert!(message.contains("COUNTERSIGN_SERVER__LISTEN: "), "{message}");
    assert!(message.contains("COUNTERSIGN__SERVER__LISTEN is meant"), "{message}");
    let message = rejected_command(&directory, "dev", &[("COUNTERSIGN__SERVER_LISTEN", "127.0.0.1:0")]);
    assert!(message.contains("COUNTERSIGN__SERVER__LISTEN is meant"), "{message}");
    // Variables that Kubernetes sets for a service named countersign are ignored.
    let others = [("COUNTERSIGN_PORT", "tcp://10.0.0.1:80"), ("COUNTERSIGN_SERVICE_HOST", "10.0.0.1")];
    let line = "dev --listen 127.0.0.1:0 --sandbox-listen 127.0.0.1:0 --database-url sqlite::memory:";
    start_command(&directory, line, &others);
}

#[test]
fn invalid_address_is_reported_with_an_example() {
    let directory = TempDir::new();
    for (name, value) in
        [("COUNTERSIGN__SERVER__LISTEN", "localhost:3000"), ("COUNTERSIGN__SERVER__LISTEN", "3000")]
    {
        let message = rejected_command(&directory, "serve", &[(name, value)]);
        assert!(message.contains(value) && message.contains("such as 127.0.0.1:3000"), "{message}");
        assert!(message.contains("server.listen"), "{message}");
    }
    let message = rejected_command(&directory, "serve", &[("PORT", "http")]);
    assert!(message.contains("PORT: http is not a port"), "{message}");
}

#[test]
fn later_source_wins() {
    let directory = TempDir::new();
    let write = |name: &str, text: &str| std::fs::write(directory.path().join(name), text).unwrap();
    write("a.toml", "[server]\nlisten = \"127.0.0.1:1\"\n");
    assert_eq!(listens_on(&directory, "--config a.toml", &[]), "127.0.0.1:1");
    assert_eq!(listens_on(&directory, "--config a.toml", &[("PORT", "2")]), "127.0.0.1:2");
    write(".env", "COUNTERSIGN__SERVER__LISTEN=127.0.0.1:3\n");
    assert_eq!(listens_on(&directory, "--config a.toml", &[]), "127.0.0.1:3");
    let environment = [("COUNTERSIGN__SERVER__LISTEN", "192.0.2.1:4"), ("PORT", "5")];
    assert!(rejected_command(&directory, "dev --config a.toml", &environment).contains("192.0.2.1:4"));
    // The flag wins, even over an address that this machine does not have.
    let process = start_command(
        &directory,
        "dev --config a.toml --listen 127.0.0.1:0 --sandbox-listen 127.0.0.1:0",
        &environment,
    );
    assert!(process.address("api").starts_with("http://127.0.0.1:"));
}

/// The sandbox accepts one auth token only, which shows the one that was used.
#[test]
fn setting_with_several_names_has_the_same_precedence() {
    let directory = TempDir::new();
    let sandbox = start_command(&directory, "sandbox --sandbox-listen 127.0.0.1:0", &[]);
    let base_url = sandbox.address("sandbox");
    std::fs::write(directory.path().join("wrong"), "wrong\n").unwrap();
    std::fs::write(directory.path().join("right"), "sandbox\n").unwrap();
    for (dot_env, environment) in [
        ("", vec![("TWILIO_AUTH_TOKEN", "sandbox")]),
        ("", vec![("TWILIO_AUTH_TOKEN_FILE", "right")]),
        ("", vec![("COUNTERSIGN__TWILIO__AUTH_TOKEN_FILE", "right")]),
        // Our own name wins over Twilio's.
        ("", vec![("TWILIO_AUTH_TOKEN", "wrong"), ("COUNTERSIGN__TWILIO__AUTH_TOKEN", "sandbox")]),
        // The environment wins over .env, whatever the names.
        ("TWILIO_AUTH_TOKEN=wrong", vec![("TWILIO_AUTH_TOKEN", "sandbox")]),
        ("COUNTERSIGN__TWILIO__AUTH_TOKEN=wrong", vec![("TWILIO_AUTH_TOKEN", "sandbox")]),
        ("TWILIO_AUTH_TOKEN=wrong", vec![("COUNTERSIGN__TWILIO__AUTH_TOKEN", "sandbox")]),
        ("TWILIO_AUTH_TOKEN_FILE=wrong", vec![("TWILIO_AUTH_TOKEN", "sandbox")]),
        ("TWILIO_AUTH_TOKEN=wrong", vec![("TWILIO_AUTH_TOKEN_FILE", "right")]),
        ("TWILIO_AUTH_TOKEN=sandbox", vec![]),
    ] {
        std::fs::write(directory.path().join(".env"), dot_env).unwrap();
        let account = ("TWILIO_ACCOUNT_SID", "AC0123456789abcdef0123456789abcdef");
        let variables = [environment, vec![account, ("COUNTERSIGN__TWILIO__BASE_URL", &base_url)]].concat();
        let created = run_command(&directory, "twilio create-service --friendly-name Test", &variables);
        assert_eq!(created.code, Some(0), "{dot_env} then {variables:?}: {}", created.stderr);
    }
}

/// Threats: a71.
#[test]
fn secrets_can_come_from_files() {
    let directory = TempDir::new();
    for (name, value) in COMPLETE {
        std::fs::write(directory.path().join(name), format!("{value}\n")).unwrap();
    }
    let mut variables = COMPLETE.to_vec();
    for (name, file) in [
        ("COUNTERSIGN__DATABASE__URL", "COUNTERSIGN__DATABASE__URL_FILE"),
        ("COUNTERSIGN__TOKENS__SECRET", "COUNTERSIGN__TOKENS__SECRET_FILE"),
        ("TWILIO_AUTH_TOKEN", "TWILIO_AUTH_TOKEN_FILE"),
    ] {
        variables.retain(|(other, _)| *other != name);
        variables.push((file, name));
    }
    start_command(&directory, "serve --listen 127.0.0.1:0", &variables);
    variables.retain(|(other, _)| *other != "TWILIO_ACCOUNT_SID");
    variables.push(("TWILIO_ACCOUNT_SID_FILE", "not-there"));
    let message = rejected_command(&directory, "serve --listen 127.0.0.1:0", &variables);
    assert!(message.contains("TWILIO_ACCOUNT_SID_FILE") && message.contains("not-there"), "{message}");
}

#[test]
fn secret_and_secret_file_together_are_rejected() {
    let directory = TempDir::new();
    let both =
        [("COUNTERSIGN__TOKENS__SECRET", COMPLETE[1].1), ("COUNTERSIGN__TOKENS__SECRET_FILE", "secret")];
    let message = rejected_command(&directory, "serve", &both);
    assert!(message.contains("COUNTERSIGN__TOKENS__SECRET_FILE are both set"), "{message}");
    assert!(!message.contains(COMPLETE[1].1), "{message}");
    // The later source wins, with the value or with a file.
    std::fs::write(directory.path().join(".env"), "COUNTERSIGN__TOKENS__SECRET_FILE=nowhere\n").unwrap();
    let message = rejected_command(&directory, "serve", &both[..1]);
    assert!(!message.contains("both set") && !message.contains("nowhere"), "{message}");
}

#[test]
fn invalid_dot_env_file_is_named() {
    let directory = TempDir::new();
    std::fs::write(directory.path().join(".env"), "TWILIO_AUTH_TOKEN=\"hunter2\nnonsense").unwrap();
    let message = rejected_command(&directory, "dev", &[]);
    assert!(message.contains(".env"), "{message}");
    assert!(!message.contains("hunter2"), "{message}");
}
