//! The rate limit headers, the configuration of limits, and what the database stores.

use regex::Regex;

use crate::harness::{Launch, Person, Server, TempDir, documented_settings, rejected_command, variable};

/// Threats: a81, a83.
#[tokio::test]
async fn successes_report_only_the_clients_own_limits() {
    let server = Launch::dev().argument("--strict-limits").start().await;
    let ada = Person::ada();
    let signed_up = server.sign_up(&ada).await;
    assert_eq!(signed_up.header("ratelimit-policy"), "\"sign_ups_per_address/h\";q=20;w=3600");
    assert_eq!(signed_up.header("ratelimit"), "\"sign_ups_per_address/h\";r=19;t=180");
    let logged_in = server.guest().log_in(&ada).await.expect(200);
    let list =
        Regex::new(r#"^"[a-z_]+/\d*[a-z]";r=\d+(;t=\d+)?(, "[a-z_]+/\d*[a-z]";r=\d+(;t=\d+)?)*$"#).unwrap();
    assert!(list.is_match(logged_in.header("ratelimit")), "{logged_in:?}");
    assert_eq!(
        logged_in.header("ratelimit-policy"),
        "\"wrong_passwords_per_account_and_address/15m\";q=10;w=900, \
         \"wrong_passwords_per_address/h\";q=100;w=3600, \"codes_per_user/h\";q=10;w=3600, \
         \"codes_per_user/d\";q=20;w=86400, \"codes_per_address/h\";q=60;w=3600"
    );
    // A right password is not counted, so nothing has to refill.
    let whole = "\"wrong_passwords_per_account_and_address/15m\";r=10, ";
    assert!(logged_in.header("ratelimit").starts_with(whole), "{logged_in:?}");
    let code = server.code(&ada.phone_number).await;
    let token = server.password_ok_of(&logged_in);
    let wrong = token.verify("000000").await.expect(422);
    assert_eq!(
        wrong.header("ratelimit"),
        "\"wrong_codes_per_user/h\";r=9;t=360, \"wrong_codes_per_user/d\";r=19;t=4320"
    );
    let access = token.open_session(&code).await;
    let me = access.me().await.expect(200);
    assert_eq!((me.header("ratelimit"), me.header("ratelimit-policy")), ("", ""));
}

#[tokio::test]
async fn cross_origin_pages_can_read_the_headers() {
    let launch = Launch::dev().variable("COUNTERSIGN__SERVER__ALLOWED_ORIGINS", "https://app.example.com");
    let server = launch.start().await;
    let page = server.guest().header("origin", "https://app.example.com");
    let answer = page.sign_up(&Person::ada()).await.expect(201);
    let exposed = answer.header("access-control-expose-headers").to_lowercase();
    for name in
        ["ratelimit", "ratelimit-policy", "retry-after", "x-request-id", "www-authenticate", "location"]
    {
        assert!(exposed.split(',').any(|exposed| exposed.trim() == name), "{name}: {exposed}");
    }
}

#[tokio::test]
async fn limit_of_zero_is_no_limit() {
    let server = Server::with_limits(&[]).await;
    let ada = Person::ada();
    server.sign_up(&ada).await;
    let wrong = ada.with_password("not the password");
    for _ in 0..30 {
        let answer = server.guest().log_in(&wrong).await.expect_problem(401, "invalid_credentials");
        assert_eq!(answer.header("ratelimit"), "");
    }
    assert_eq!(server.database.number("SELECT count(*) FROM throttles").await, 0);
}

#[test]
fn invalid_rates_are_rejected_by_name() {
    for wrong in ["10", "0/h", "10/2d", "many/h", "10/h, 5"] {
        let name = variable("limits", "codes_per_user");
        let message = rejected_command(&TempDir::new(), "dev", &[(&name, wrong)]);
        assert!(message.contains("codes_per_user") && message.contains("10/15m"), "{wrong}: {message}");
    }
    let name = variable("limits", "wrong_codes_in_a_row");
    let message = rejected_command(&TempDir::new(), "dev", &[(&name, "101")]);
    assert!(message.contains("limits.wrong_codes_in_a_row"), "{message}");
}

/// Threats: a81.
#[test]
fn limits_page_lists_every_limit_with_its_default() {
    let page = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/limits.md")).unwrap();
    for (section, name, value) in documented_settings("default.toml") {
        if section == "limits" {
            let rates = value.trim_matches(['[', ']']).replace('"', "");
            let row = page.lines().find(|line| line.starts_with(&format!("| `limits.{name}` |")));
            assert!(row.is_some_and(|row| row.contains(&format!("`{rates}`"))), "{name} = {rates}: {row:?}");
        }
    }
}

#[tokio::test]
async fn throttles_store_no_personal_data_and_expire() {
    let server = Launch::dev().argument("--strict-limits").start().await;
    let ada = Person::ada();
    server.password_ok(&ada).await;
    let rows = server.database.number("SELECT count(*) FROM throttles").await;
    assert!(rows >= 10, "{rows}");
    // A key has 16 bytes that depend on the deployment's secret.
    assert_eq!(server.database.number("SELECT count(*) FROM throttles WHERE length(key) <> 16").await, 0);
    let all = if server.database.is_postgres() {
        "SELECT string_agg(upper(encode(key, 'hex')), ' ') FROM throttles"
    } else {
        "SELECT group_concat(hex(key), ' ') FROM throttles"
    };
    let stored = server.database.value(all).await;
    for secret in ["ada@example.com", "2015550123", "127.0.0.1"] {
        let hex: String = secret.bytes().map(|byte| format!("{byte:02X}")).collect();
        assert!(!stored.contains(secret) && !stored.contains(&hex), "{secret}");
    }
    server.advance(24 * 60 * 60 - 600).await;
    assert!(server.database.number("SELECT count(*) FROM throttles").await > 0);
    server.advance(24 * 60 * 60 + 1200).await;
    server.database.eventually("SELECT count(*) FROM throttles", 0).await;
}
