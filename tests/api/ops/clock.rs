//! The clock of `dev`: moving it expires what a test would otherwise wait for.

use chrono::DateTime;

use crate::harness::{Answer, Person, Server, document};

const DAY: u32 = 24 * 60 * 60;

fn date(answer: &Answer) -> i64 {
    DateTime::parse_from_rfc2822(answer.header("date")).unwrap().timestamp()
}

#[tokio::test]
async fn clock_expires_codes_tokens_and_sessions() {
    let server = Server::dev().await;
    let ada = Person::ada();
    let token = server.password_ok(&ada).await;
    let code = server.code(&ada.phone_number).await;
    server.advance(610).await;
    let late = token.verify(&code).await.expect_problem(401, "invalid_token");
    assert_eq!(late.body["reason"], "expired");
    let tokens = server.another_session(&ada).await;
    server.advance(910).await;
    let answer = tokens.me().await.expect_problem(401, "invalid_token");
    assert_eq!(answer.body["reason"], "expired");
    tokens.refresh().await.expect(200);
    server.advance(31 * DAY).await;
    tokens.refresh().await.expect_problem(401, "invalid_refresh_token");
}

#[tokio::test]
async fn date_header_follows_the_clock() {
    let server = Server::dev().await;
    let paths = ["/health/ready", "/v1/users/me", "/nowhere", "/docs/", "/openapi.json"];
    let before = date(&server.guest().live().await);
    server.advance(DAY).await;
    for path in paths {
        let ahead = date(&server.get(path).await) - before;
        assert!((i64::from(DAY)..i64::from(DAY) + 60).contains(&ahead), "{path}: {ahead}");
    }
}

/// Threats: c8.
#[tokio::test]
async fn token_from_the_future_is_not_yet_valid() {
    let server = Server::dev().await;
    let ada = Person::ada();
    server.advance(DAY).await;
    let tokens = server.full_access(&ada).await;
    let request = server.http.delete(format!("{}/sandbox/clock", server.sandbox));
    assert_eq!(request.send().await.unwrap().status(), 200);
    let answer = tokens.me().await.expect_problem(401, "invalid_token");
    assert_eq!(answer.body["reason"], "not_yet_valid");
}

/// Threats: a44.
#[tokio::test]
async fn passwords_do_not_expire_and_have_no_hints() {
    let server = Server::dev().await;
    let ada = Person::ada();
    server.full_access(&ada).await;
    server.advance(400 * DAY).await;
    server.another_session(&ada).await;
    let document = document().to_string();
    assert!(document.contains("\"new_password\""));
    for field in ["hint", "security_question", "password_expires"] {
        assert!(!document.contains(&format!("{field}\"")), "{field}");
    }
}
