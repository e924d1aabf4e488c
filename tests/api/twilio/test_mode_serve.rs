//! Test mode is a subcommand: no variable, file or flag turns `serve` into `dev`.

use std::collections::BTreeSet;
use std::path::Path;

use regex::Regex;

use crate::harness::{
    COMPLETE, Process, TempDir, complete_with, documented_settings, rejected_command, run_command,
    start_command, variable,
};

const SERVE: &str = "serve --listen 127.0.0.1:0";

/// Plausible names for such a switch, and the switches of other programs.
const SWITCHES: [&str; 12] = [
    "COUNTERSIGN_DEV",
    "COUNTERSIGN_MODE",
    "COUNTERSIGN_SANDBOX",
    "COUNTERSIGN_TEST",
    "MODE",
    "APP_ENV",
    "ENVIRONMENT",
    "RUST_ENV",
    "NODE_ENV",
    "DEBUG",
    "TEST",
    "CI",
];

/// Returns whether `serve` starts. If it does, it must be in production mode.
async fn starts_as_production(directory: &TempDir, line: &str, variables: &[(&str, &str)]) -> bool {
    let arguments: Vec<String> = line.split(' ').map(str::to_owned).collect();
    let owned: Vec<_> = variables.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect();
    match Process::start(directory.path(), &arguments, &owned) {
        Ok(process) => {
            expect_production(&process, &format!("{line} {variables:?}")).await;
            true
        }
        Err(log) => {
            assert!(!log.contains("panicked"), "{line} {variables:?}: {log}");
            false
        }
    }
}

async fn expect_production(process: &Process, about: &str) {
    assert!(!process.ready.contains("sandbox"), "{about}: {}", process.ready);
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    let get = async |path: &str| {
        let answer = http.get(format!("{}{path}", process.address("api"))).send().await.unwrap();
        assert!(!answer.headers().contains_key("countersign-mode"), "{about}: {path}");
        (answer.status().as_u16(), answer.text().await.unwrap())
    };
    let (_, ready) = get("/health/ready").await;
    assert!(ready.contains(r#""mode":"production""#), "{about}: {ready}");
    let (_, keys) = get("/.well-known/jwks.json").await;
    assert!(keys.contains(r#""kid":""#) && !keys.contains("dev-"), "{about}: {keys}");
    assert_eq!(get("/sandbox/messages").await.0, 404, "{about}");
}

#[tokio::test]
async fn no_documented_setting_enables_test_mode() {
    let settings = documented_settings("default.toml");
    assert!(settings.len() > 30, "only {} settings found", settings.len());
    let devs = documented_settings("dev.toml");
    let mut started = 0;
    for (section, name, default) in &settings {
        let of_dev = devs.iter().find(|(s, n, _)| (s, n) == (section, name)).map(|(_, _, value)| value);
        // A value of the wrong type is rejected. An issuer may be called `dev`.
        for value in [Some(&"dev".to_owned()), of_dev].into_iter().flatten() {
            let directory = TempDir::new();
            let variable = variable(section, name);
            assert_ne!(value, default);
            let variables = complete_with(&variable, value);
            started += u32::from(starts_as_production(&directory, SERVE, &variables).await);
        }
    }
    assert!(started > 5, "only {started} servers started");
}

#[tokio::test]
async fn no_environment_variable_enables_test_mode() {
    for value in ["dev", "test", "true", "1", "sandbox"] {
        let variables = SWITCHES.map(|name| (name, value));
        let variables = [&COMPLETE[..], &variables].concat();
        assert!(starts_as_production(&TempDir::new(), SERVE, &variables).await, "{value}");
        // Unknown variables with our prefix are rejected.
        for name in [
            "COUNTERSIGN__MODE",
            "COUNTERSIGN__DEV",
            "COUNTERSIGN__SERVER__DEV",
            "COUNTERSIGN__SANDBOX__LISTEN",
            "COUNTERSIGN_SERVER_DEV",
        ] {
            assert!(
                rejected_command(&TempDir::new(), SERVE, &complete_with(name, value)).contains(name),
                "{name}"
            );
        }
    }
}

#[tokio::test]
async fn no_file_enables_test_mode() {
    // All settings of `dev`, as a configuration file and as `.env`.
    let dev = Path::new(env!("CARGO_MANIFEST_DIR")).join("config/dev.toml");
    let line = format!("serve --config {} --listen 127.0.0.1:0", dev.display());
    assert!(starts_as_production(&TempDir::new(), &line, &COMPLETE).await);
    let directory = TempDir::new();
    let settings = documented_settings("dev.toml");
    let lines =
        settings.iter().map(|(section, name, value)| format!("{}={value}\n", variable(section, name)));
    std::fs::write(directory.path().join(".env"), lines.collect::<String>()).unwrap();
    assert!(starts_as_production(&directory, SERVE, &COMPLETE).await);
    // A mode in a file is rejected by name.
    for text in
        ["mode = \"dev\"", "dev = true", "[sandbox]\nlisten = \"127.0.0.1:0\"", "[server]\nmode = \"dev\""]
    {
        std::fs::write(directory.path().join("a.toml"), text).unwrap();
        let message = rejected_command(&directory, &format!("{SERVE} --config a.toml"), &COMPLETE);
        assert!(["mode", "dev", "sandbox"].iter().any(|word| message.contains(word)), "{text}: {message}");
    }
}

/// `dev` has left a secret and a database in this directory. `serve` uses neither.
#[test]
fn files_of_dev_do_not_enable_test_mode() {
    let directory = TempDir::new();
    let mut dev = start_command(&directory, "dev --listen 127.0.0.1:0 --sandbox-listen 127.0.0.1:0", &[]);
    dev.signal("TERM");
    dev.wait();
    for file in ["countersign.db", "countersign.secret"] {
        assert!(directory.path().join(file).exists(), "{file}");
    }
    let message = rejected_command(&directory, SERVE, &complete_with("COUNTERSIGN__TOKENS__SECRET", ""));
    assert!(message.contains("COUNTERSIGN__TOKENS__SECRET is missing"), "{message}");
    let message = rejected_command(&directory, SERVE, &complete_with("COUNTERSIGN__DATABASE__URL", ""));
    assert!(message.contains("COUNTERSIGN__DATABASE__URL is missing"), "{message}");
    let with_its_secret = complete_with("COUNTERSIGN__TOKENS__SECRET_FILE", "countersign.secret");
    let with_its_secret: Vec<_> =
        with_its_secret.into_iter().filter(|(name, _)| *name != "COUNTERSIGN__TOKENS__SECRET").collect();
    for variables in [&COMPLETE[..], &with_its_secret] {
        let refusal = run_command(&directory, SERVE, variables);
        assert_eq!((refusal.code, refusal.stdout.as_str()), (Some(1), ""), "{}", refusal.stderr);
        assert!(refusal.stderr.contains("countersign dev"), "{}", refusal.stderr);
    }
}

/// The flags in the help of a command.
fn flags(command: &str) -> BTreeSet<String> {
    let help = run_command(&TempDir::new(), &format!("{command} --help"), &[]).stdout;
    let flag = Regex::new(r"(?m)^ +(?:-\w, )?(--[a-z-]+)").unwrap();
    flag.captures_iter(&help).map(|found| found[1].to_owned()).collect()
}

#[test]
fn no_flag_enables_test_mode() {
    let directory = TempDir::new();
    let own = flags("serve");
    assert!(own.contains("--i-am-testing"), "{own:?}");
    let foreign: BTreeSet<String> = ["dev", "sandbox", "keys rotate", "keys list"]
        .into_iter()
        .flat_map(flags)
        .filter(|flag| !own.contains(flag))
        .collect();
    for flag in ["--sandbox-listen", "--exit-with-stdin", "--allow-remote", "--fixtures", "--dev"] {
        assert!(foreign.contains(flag), "{flag}: {foreign:?}");
    }
    for flag in &foreign {
        for line in [
            format!("{SERVE} {flag}"),
            format!("{SERVE} {flag} 127.0.0.1:0"),
            format!("{SERVE} {flag}=127.0.0.1:0"),
            format!("{flag} {SERVE}"),
            format!("{SERVE} --i-am-testing {flag}"),
        ] {
            let message = rejected_command(&directory, &line, &COMPLETE);
            assert!(message.contains("unexpected argument"), "{line}: {message}");
        }
    }
    for line in
        ["serve dev", "dev serve", "serve sandbox", "serve -- dev", "serve --mode dev", "serve --mode=dev"]
    {
        rejected_command(&directory, line, &COMPLETE);
    }
    assert!(!directory.path().join("countersign.db").exists());
}
