//! Resend: when it is allowed, how often, and by which channel.

use serde_json::{Value, json};

use crate::harness::{Person, Server, at_once, count};

/// Returns the microseconds between two times of a challenge.
fn between(challenge: &Value, from: &str, to: &str) -> i64 {
    let time = |name: &str| {
        chrono::DateTime::parse_from_rfc3339(challenge[name].as_str().unwrap()).unwrap().timestamp_micros()
    };
    time(to) - time(from)
}

#[tokio::test]
async fn early_resend_is_rejected_with_the_time_to_wait() {
    let server = Server::dev().await;
    let ada = Person::ada();
    server.sign_up(&ada).await;
    let answer = server.guest().log_in(&ada).await.expect(200);
    // A resend is possible after 30 seconds, and the code expires after 600.
    assert_eq!(between(&answer.body["challenge"], "resend_available_at", "expires_at"), 570_000_000);
    let token = server.password_ok_of(&answer);
    server.advance(20).await;
    let early = token.resend().await.expect_problem(429, "resend_too_soon");
    let wait = early.body["retry_after"].as_u64().unwrap();
    assert!((1..=10).contains(&wait), "{}", early.text);
    assert_eq!(early.header("retry-after"), wait.to_string());
    assert_eq!(early.body["challenge"]["resend_in"], wait);
    let at = "resend_available_at";
    assert_eq!(early.body["challenge"][at], answer.body["challenge"][at]);
    assert_eq!(server.messages(&ada.phone_number).await.len(), 1);
    assert_eq!(server.database.number("SELECT sends FROM challenges").await, 1);
    // After the reported wait, the resend succeeds.
    server.advance(u32::try_from(wait).unwrap()).await;
    token.resend().await.expect(202);
    assert_eq!(server.messages(&ada.phone_number).await.len(), 2);
}

#[tokio::test]
async fn waits_grow_and_end_after_five_sends() {
    let server = Server::dev().await;
    let ada = Person::ada();
    let token = server.password_ok(&ada).await;
    let code = server.code(&ada.phone_number).await;
    for (wait, next, left) in [(30, Some(40), 3), (40, Some(60), 2), (60, Some(90), 1), (90, None, 0)] {
        server.advance(wait - 10).await;
        token.resend().await.expect_problem(429, "resend_too_soon");
        server.advance(10).await;
        let answer = token.resend().await.expect(202);
        assert_eq!(answer.body["resends_left"], left);
        match next {
            Some(seconds) => {
                let reported = answer.body["resend_in"].as_i64().unwrap();
                assert!((seconds - 5..=seconds).contains(&reported), "{}", answer.text);
            }
            None => assert!(answer.body.get("resend_in").is_none(), "{}", answer.text),
        }
        assert_eq!(server.code(&ada.phone_number).await, code);
    }
    server.advance(200).await;
    let answer = token.resend().await.expect_problem(429, "too_many_attempts");
    assert!(answer.body["challenge"].get("resend_available_at").is_none(), "{}", answer.text);
    assert_eq!(server.messages(&ada.phone_number).await.len(), 5);
    assert_eq!(server.database.number("SELECT sends FROM challenges").await, 5);
    // The last code is still valid.
    token.verify(&code).await.expect(200);
}

#[tokio::test]
async fn new_log_in_gains_no_sends_beyond_the_limit_of_twilio() {
    let server = Server::dev().await;
    let ada = Person::ada();
    server.sign_up(&ada).await;
    for _ in 0..5 {
        server.log_in(&ada).await;
    }
    server.advance(100).await;
    let answer = server.guest().log_in(&ada).await.expect_problem(429, "too_many_attempts");
    assert!(answer.body.get("challenge").is_none() && answer.body.get("password_ok_token").is_none());
    // The wait lasts until the code that was sent five times expires.
    let wait = u32::try_from(answer.body["retry_after"].as_u64().unwrap()).unwrap();
    assert!((470..=500).contains(&wait), "{}", answer.text);
    assert_eq!(server.messages(&ada.phone_number).await.len(), 5);
    server.advance(wait).await;
    server.log_in(&ada).await;
}

#[tokio::test]
async fn same_code_comes_by_another_channel() {
    let server = Server::dev().await;
    let ada = Person::ada();
    let token = server.password_ok(&ada).await;
    let code = server.code(&ada.phone_number).await;
    server.advance(30).await;
    token.resend_with(json!({ "channel": "whatsapp" })).await.expect_problem(422, "validation_failed");
    let answer = token.resend_with(json!({ "channel": "call", "locale": "de" })).await.expect(202);
    assert_eq!(answer.body["channel"], "call");
    let message = server.messages(&ada.phone_number).await.remove(0);
    assert_eq!(
        (&message["channel"], &message["locale"], &message["code"]),
        (&json!("call"), &json!("de"), &json!(code))
    );
    token.verify(&code).await.expect(200);
    // The session remembers the channel of the code.
    assert_eq!(server.database.value("SELECT amr FROM sessions").await, "pwd otp call");
}

/// Threats: b12.
#[tokio::test]
async fn resend_body_is_optional_and_names_no_recipient() {
    let server = Server::dev().await;
    let ada = Person::ada();
    let token = server.password_ok(&ada).await;
    server.advance(30).await;
    token.header("accept-language", "fr").resend_without_body().await.expect(202);
    assert_eq!(server.messages(&ada.phone_number).await[0]["locale"], "fr");
    token.resend_with(json!([])).await.expect_problem(400, "malformed_request");
    let answer = token.resend_with(json!({ "to": "+12025550199" })).await;
    answer.expect_problem(422, "validation_failed");
    assert!(server.messages("+12025550199").await.is_empty());
}

/// Threats: a14.
#[tokio::test]
async fn one_of_ten_parallel_resends_sends() {
    let server = Server::dev().await;
    let ada = Person::ada();
    let token = server.password_ok(&ada).await;
    server.advance(30).await;
    let answers = at_once((0..10).map(|_| token.resend())).await;
    assert_eq!(count(&answers, 202, None), 1);
    assert_eq!(count(&answers, 429, Some("resend_too_soon")), 9);
    assert_eq!(server.messages(&ada.phone_number).await.len(), 2);
    assert_eq!(server.database.number("SELECT sends FROM challenges").await, 2);
}

#[tokio::test]
async fn access_token_cannot_resend_or_verify() {
    let server = Server::dev().await;
    let ada = Person::ada();
    let access = server.full_access(&ada).await;
    server.advance(30).await;
    access.as_password_ok().resend().await.expect_problem(409, "already_verified");
    access.as_password_ok().verify("123456").await.expect_problem(409, "already_verified");
    assert_eq!(server.messages(&ada.phone_number).await.len(), 1);
    access.me().await.expect(200);
}
