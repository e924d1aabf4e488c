//! Reads the source: each technology has one home, and the folders of `src/` use each other in one direction only.

use crate::harness::Source;

/// Most lines of a file: what one can hold in one's head.
const MAX_LINES: usize = 300;

/// A technology, by the prefix of its names in the code, and the places that may use it. Between crates cargo enforces
/// the boundaries; this list is about the folders of `src/`.
const HOMES: &[(&str, &[&str])] = &[
    ("actix", &["src/http/", "src/server.rs", "src/stages/", "src/commands/", SANDBOX]),
    ("utoipa", &["src/http/", "src/server.rs", "src/stages/", "src/commands/", SANDBOX]),
    ("diesel", &["crates/storage/"]),
    ("tokio_postgres", &["crates/storage/"]),
    ("rustls", &["crates/storage/"]),
    (
        "reqwest",
        &[
            "crates/twilio-verify/",
            "src/webhooks/",
            "src/telemetry/",
            "crates/twilio-verify-sandbox/examples/",
            "crates/twilio-verify-sandbox/tests/",
        ],
    ),
    ("opentelemetry", &["src/telemetry/"]),
    ("tracing_opentelemetry", &["src/telemetry/"]),
    ("jsonwebtoken", &["src/auth/tokens/jwt.rs"]),
    ("argon2", &["crates/argon2id/", "src/auth/passwords/"]),
    ("zxcvbn", &["src/auth/passwords/password_strength.rs"]),
    ("rustix", &["src/auth/passwords/hashing.rs", "src/commands/open_files.rs", "src/telemetry/stderr.rs"]),
    ("rlibphonenumber", &["src/auth/values/phone_number.rs", SANDBOX]),
    ("mimalloc", &["src/main.rs"]),
    ("config", &["src/config/"]),
    ("dotenvy", &["src/config/"]),
    ("clap", &["src/commands/", "src/main.rs"]),
];

const SANDBOX: &str = "crates/twilio-verify-sandbox/";

/// A folder of `src/`, and the folders and crates that it may use. A folder that is missing here may use everything:
/// `main.rs` and `commands/`.
const ARROWS: &[(&str, &[&str])] = &[
    ("http", &["auth", "metrics", "telemetry", "storage", "twilio_verify", "movable_clock"]),
    ("auth", &["metrics", "telemetry", "storage", "twilio_verify", "movable_clock", "argon2id_simd"]),
    ("metrics", &["twilio_verify"]),
    ("config", &["auth", "http", "server", "webhooks", "storage", "twilio_verify", "twilio_verify_sandbox"]),
    ("server", &["auth", "http"]),
    ("stages", &["auth", "http", "storage", "twilio_verify_sandbox"]),
    ("telemetry", &["config"]),
    ("webhooks", &["metrics", "storage", "movable_clock"]),
];

/// The crates of the workspace, as the code names them.
const MEMBERS: &[&str] =
    &["argon2id_simd", "movable_clock", "storage", "twilio_verify", "twilio_verify_sandbox"];

/// What reads the wall clock.
const WALL_CLOCK: &[&str] = &["Utc::now", "Local::now", "SystemTime::now", "now_v7", "OffsetDateTime"];

/// The one file that reads it.
const CLOCK: &str = "crates/clock/src/lib.rs";

/// What breaks the rules in a line of a file.
fn breaches(path: &str, line: &str) -> Vec<String> {
    let mut breaches = Vec::new();
    for (technology, homes) in HOMES {
        if uses_crate(line, technology) && !homes.iter().any(|home| path.starts_with(home)) {
            breaches.push(format!("{technology} lives in {} alone", homes.join(", ")));
        }
    }
    let room = path.strip_prefix("src/").map(room_of).unwrap_or_default();
    if let Some((_, known)) = ARROWS.iter().find(|(name, _)| *name == room) {
        let members =
            MEMBERS.iter().filter(|member| uses_crate(line, member)).map(|member| (*member).to_owned());
        for other in rooms_named(path, line).into_iter().chain(members) {
            if other != room && !known.contains(&other.as_str()) {
                breaches.push(format!("{room} must not know {other}"));
            }
        }
    }
    if path != CLOCK && WALL_CLOCK.iter().any(|name| line.contains(name)) {
        breaches.push(format!("only {CLOCK} reads the wall clock"));
    }
    breaches
}

/// `auth/login.rs` is in `auth`, `server.rs` is `server`.
fn room_of(path: &str) -> &str {
    path.split('/').next().unwrap_or_default().trim_end_matches(".rs")
}

/// Whether a crate is named: its name, or one that begins with it, at the start of a path.
fn uses_crate(line: &str, name: &str) -> bool {
    line.match_indices(name).any(|(at, _)| {
        let starts_a_path =
            !line[..at].ends_with(|c: char| c.is_alphanumeric() || matches!(c, '_' | ':' | '.'));
        let exact = name == "config" || MEMBERS.contains(&name) || name == "argon2";
        let rest =
            line[at + name.len()..].trim_start_matches(|c: char| !exact && (c.is_alphanumeric() || c == '_'));
        starts_a_path && rest.starts_with("::")
    })
}

/// The rooms that a line names, by `crate::` or by going up to the root.
fn rooms_named(path: &str, line: &str) -> Vec<String> {
    let depth = path.matches('/').count() - usize::from(path.ends_with("/mod.rs"));
    let up_to_root = "super::".repeat(depth);
    ["crate::", up_to_root.as_str()]
        .into_iter()
        .filter(|root| !root.is_empty())
        .flat_map(|root| line.match_indices(root).map(move |(at, _)| (root, at)))
        .filter(|(_, at)| {
            !line[..*at].ends_with(|c: char| c.is_alphanumeric() || matches!(c, '_' | ':' | '$'))
        })
        .flat_map(|(root, at)| first_names(&line[at + root.len()..]))
        .filter(|name| name.starts_with(char::is_lowercase))
        .collect()
}

/// `auth::{A, B}` begins with `auth`; `{auth::A, http}` with both.
fn first_names(path: &str) -> Vec<String> {
    let identifier =
        |text: &str| text.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect::<String>();
    let Some(group) = path.strip_prefix('{') else { return vec![identifier(path)] };
    let (mut names, mut depth, mut at_start) = (Vec::new(), 0, true);
    for (at, character) in group.char_indices() {
        match character {
            '{' => depth += 1,
            '}' if depth == 0 => break,
            '}' => depth -= 1,
            ',' if depth == 0 => at_start = true,
            ' ' => {}
            _ if at_start => {
                names.push(identifier(&group[at..]));
                at_start = false;
            }
            _ => {}
        }
    }
    names
}

#[test]
fn every_line_knows_its_room() {
    let sources: Vec<Source> = ["src", "crates"].into_iter().flat_map(Source::below).collect();
    let tests: Vec<String> = sources.iter().flat_map(Source::test_modules).collect();
    let is_test = |path: &str| {
        tests
            .iter()
            .any(|test| path.starts_with(&format!("{test}.rs")) || path.starts_with(&format!("{test}/")))
    };
    let mut found = Vec::new();
    for source in sources.iter().filter(|source| !is_test(&source.path)) {
        for (number, line) in source.code() {
            let breaches = breaches(&source.path, line);
            found.extend(
                breaches.into_iter().map(|breach| format!("{}:{number}: {breach}: {line}", source.path)),
            );
        }
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
    // Had the walk gone astray, it would have found nothing either.
    assert!(sources.len() > 100, "only {} files", sources.len());
    for room in ARROWS.iter().map(|(room, _)| room) {
        assert!(
            sources.iter().any(|source| source.path.strip_prefix("src/").map(room_of) == Some(*room)),
            "{room} is gone: remove it here"
        );
    }
}

#[test]
fn no_file_is_too_long_to_read() {
    let sources = ["src", "crates", "tests", "benches"].into_iter().flat_map(Source::below);
    // Generated.
    let written = sources.filter(|source| source.path != "crates/storage/src/schema.rs");
    let long = written.filter(|source| source.text.lines().count() > MAX_LINES);
    let long: Vec<String> = long.map(|source| source.path).collect();
    assert!(long.is_empty(), "longer than {MAX_LINES} lines: {}", long.join(", "));
}

/// Whether a line calls a function by exactly this name: `yield_now()` does not call `now()`.
fn calls(line: &str, name: &str) -> bool {
    let is_name = |c: char| c.is_alphanumeric() || c == '_';
    line.match_indices(name).any(|(at, _)| !line[..at].ends_with(is_name))
}

#[test]
fn the_databases_do_not_read_the_clock_either() {
    let asks = ["now()", "CURRENT_TIMESTAMP", "CURRENT_DATE", "strftime(", "clock_timestamp", "julianday("];
    // `doctor` compares the database's clock with ours: there, and nowhere else, it is asked.
    let inspection = "crates/storage/src/inspect.rs";
    for source in Source::below("crates/storage/src").into_iter().filter(|source| source.path != inspection) {
        for (number, line) in source.code() {
            assert!(!asks.iter().any(|ask| calls(line, ask)), "{}:{number}: {line}", source.path);
        }
    }
    for sql in crate::harness::migrations() {
        for text in [&sql.up, &sql.down] {
            let asked = asks.iter().find(|ask| text.to_lowercase().contains(&ask.to_lowercase()));
            assert_eq!(asked, None, "{}/{}", sql.backend, sql.name);
        }
    }
}

#[test]
fn each_rule_can_be_broken() {
    for (path, line) in [
        ("src/auth/login.rs", "use actix_web::web;"),
        ("src/auth/login.rs", "    let body = actix_http::Payload::None;"),
        ("src/config/check.rs", "use utoipa::ToSchema;"),
        ("src/auth/login.rs", "use diesel::prelude::*;"),
        ("src/http/login.rs", "use diesel_async::RunQueryDsl;"),
        ("src/http/login.rs", "let client = reqwest::Client::new();"),
        ("crates/twilio-verify-sandbox/src/server.rs", "use reqwest::Client;"),
        ("src/auth/proof.rs", "use jsonwebtoken::decode;"),
        ("src/auth/login.rs", "use argon2::Argon2;"),
        ("src/http/signup.rs", "use rlibphonenumber::PHONE_NUMBER_UTIL;"),
        ("src/server.rs", "use config::Config;"),
        ("src/server.rs", "use tokio_postgres_rustls::MakeRustlsConnect;"),
        ("src/auth/login.rs", "use crate::http::answer::problem::Problem;"),
        ("src/auth/login.rs", "use super::super::http::answer::problem::Problem;"),
        ("src/auth/mod.rs", "use twilio_verify_sandbox::Sandbox;"),
        ("src/auth/mod.rs", "use crate::{config::{Settings}, metrics};"),
        ("src/webhooks/courier.rs", "use twilio_verify::Channel;"),
        ("src/http/request/body.rs", "let level = crate::config::Log::default();"),
        ("src/server.rs", "pub use crate::config::Settings;"),
        ("src/auth/login.rs", "let now = chrono::Utc::now();"),
        ("crates/storage/src/values/sql_types.rs", "uuid::Uuid::now_v7()"),
        ("src/commands/dev.rs", "use diesel::prelude::*;"),
    ] {
        assert!(!breaches(path, line).is_empty(), "{path} may hold {line}");
    }
}

#[test]
fn what_is_allowed_is_no_breach() {
    for (path, line) in [
        ("src/http/login.rs", "use actix_web::web;"),
        ("crates/storage/src/users.rs", "use diesel_async::RunQueryDsl;"),
        ("src/auth/login.rs", "use crate::{metrics::{Metrics}, telemetry};"),
        ("src/auth/login.rs", "use movable_clock::Clock;"),
        ("src/http/login.rs", "use crate::auth::{self, http_like};"),
        ("src/telemetry.rs", "use crate::config::Log;"),
        ("crates/twilio-verify-sandbox/src/wire/checks.rs", "use super::super::request::WireRequest;"),
        ("src/commands/dev.rs", "use countersign::config::Sources;"),
        ("src/http/document/docs.rs", "use self::config::Other;"),
        ("crates/clock/src/lib.rs", "let now = Utc::now();"),
        ("src/auth/tokens/jwt.rs", "password_hash::argon2::hash()"),
    ] {
        assert_eq!(breaches(path, line), Vec::<String>::new(), "{path}: {line}");
    }
}
