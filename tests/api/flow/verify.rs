//! Verify: right codes, wrong codes, codes of other users, and expired codes.

use reqwest::Method;
use serde_json::{Value, json};

use crate::harness::{Person, Server, at_once, count, wrong_code};

const SESSIONS: &str = "SELECT count(*) FROM sessions";

/// Threats: b4, b6, b8.
#[tokio::test]
async fn wrong_code_counts_down_and_the_sixth_is_rejected() {
    let server = Server::dev().await;
    let ada = Person::ada();
    let token = server.password_ok(&ada).await;
    let code = server.code(&ada.phone_number).await;
    for left in [4, 3, 2, 1, 0] {
        let answer = token.verify(&wrong_code(&code)).await.expect_problem(422, "incorrect_code");
        assert_eq!(
            (&answer.body["attempts_left"], &answer.body["challenge"]["attempts_left"]),
            (&json!(left), &json!(left))
        );
    }
    let answer = token.verify(&code).await.expect_problem(429, "too_many_attempts");
    assert_eq!(answer.body["challenge"]["attempts_left"], 0);
    let wait = answer.body["retry_after"].as_u64().unwrap();
    assert!((500..=600).contains(&wait) && answer.body["challenge"]["expires_in"] == wait, "{}", answer.text);
    token.resend().await.expect_problem(429, "too_many_attempts");
    assert_eq!(server.database.number(SESSIONS).await, 0);
    // The used-up token does not prevent a log-in, but the number must wait.
    let again = token.as_guest().log_in(&ada).await;
    again.expect_problem(429, "too_many_attempts");
    // After the wait, a log-in gets a new code.
    server.advance(u32::try_from(wait).unwrap()).await;
    let token = server.log_in(&ada).await;
    let fresh = server.code(&ada.phone_number).await;
    assert_ne!(fresh, code);
    token.verify(&fresh).await.expect(200);
}

#[tokio::test]
async fn fifth_code_can_still_be_right() {
    let server = Server::dev().await;
    let ada = Person::ada();
    let token = server.password_ok(&ada).await;
    let code = server.code(&ada.phone_number).await;
    for _ in 0..4 {
        token.verify(&wrong_code(&code)).await.expect(422);
    }
    token.verify(&code).await.expect(200);
}

#[tokio::test]
async fn code_may_contain_spaces_and_hyphens() {
    let server = Server::dev().await;
    let ada = Person::ada();
    let token = server.password_ok(&ada).await;
    let code = server.code(&ada.phone_number).await;
    let typed = format!(" {}-{} {}\n", &code[..2], &code[2..4], &code[4..]);
    token.verify(&typed).await.expect(200);
}

/// Threats: a51.
#[tokio::test]
async fn malformed_code_costs_no_check() {
    let server = Server::dev().await;
    let ada = Person::ada();
    let token = server.password_ok(&ada).await;
    let code = server.code(&ada.phone_number).await;
    for (value, expected) in [
        (json!("123"), "too_short"),
        (json!("12345678901"), "too_long"),
        (json!("12a456"), "invalid_format"),
        (json!("１２３４５６"), "invalid_format"),
        (json!(""), "too_short"),
        (json!(code.parse::<u32>().unwrap()), "wrong_type"),
        (json!([code]), "wrong_type"),
        (Value::Null, "wrong_type"),
    ] {
        let answer = token.verify_with(json!({ "code": value })).await;
        let answer = answer.expect_problem(422, "validation_failed");
        assert_eq!(answer.body["errors"][0]["code"], expected, "{value}");
    }
    token.verify_with(json!({})).await.expect_problem(422, "validation_failed");
    // The query string is ignored.
    let beside = server.request(Method::POST, "/v1/users/verify").query(&[("code", &code)]);
    let beside = beside.bearer_auth(token.token()).json(&json!({}));
    server.send(beside).await.expect_problem(422, "validation_failed");
    assert_eq!(server.database.number("SELECT failed_checks FROM challenges").await, 0);
    assert_eq!(server.database.number("SELECT failed_checks FROM users").await, 0);
    token.verify(&code).await.expect(200);
}

/// Threats: b2, b12.
#[tokio::test]
async fn caller_cannot_choose_whose_code_is_checked() {
    let server = Server::dev().await;
    let ada = Person::ada();
    let bob = Person::other(1);
    let token = server.password_ok(&ada).await;
    let bob_caller = server.password_ok(&bob).await;
    let code = server.code(&bob.phone_number).await;
    // Without a token there is no log-in to continue, whatever the body holds.
    for body in [json!({}), json!({ "code": code }), json!({ "code": code, "user_id": bob.email })] {
        server.guest().as_password_ok().verify_with(body).await.expect_problem(401, "missing_token");
    }
    let empty = server.request(Method::POST, "/v1/users/verify").header("content-type", "application/json");
    server.send(empty.bearer_auth(token.token())).await.expect_problem(400, "malformed_request");
    for field in ["to", "phone_number", "user_id", "verification_sid", "channel"] {
        let mut body = json!({ "code": code });
        body[field] = json!(bob.phone_number);
        let answer = token.verify_with(body).await.expect_problem(422, "validation_failed");
        assert_eq!(answer.body["errors"][0]["code"], "unknown_field");
    }
    assert_eq!(server.database.number("SELECT sum(failed_checks) FROM challenges").await, 0);
    for person in [&ada, &bob] {
        assert_eq!(server.twilio_requests("check", &person.phone_number).await, 0);
    }
    bob_caller.verify(&code).await.expect(200);
}

/// Threats: a3, b11.
#[tokio::test]
async fn code_of_another_user_is_wrong() {
    let server = Server::dev().await;
    let ada = Person::ada();
    let bob = Person::other(1);
    let ada_caller = server.password_ok(&ada).await;
    let bob_caller = server.password_ok(&bob).await;
    let adas_code = server.code(&ada.phone_number).await;
    let bobs_code = server.code(&bob.phone_number).await;
    if adas_code == bobs_code {
        return; // One in a million.
    }
    ada_caller.verify(&bobs_code).await.expect_problem(422, "incorrect_code");
    // Twilio is asked about Ada's verification only.
    assert_eq!(server.twilio_requests("check", &ada.phone_number).await, 1);
    assert_eq!(server.twilio_requests("check", &bob.phone_number).await, 0);
    let failed = |name: &str| format!("SELECT failed_checks FROM users WHERE username = '{name}'");
    assert_eq!(server.database.number(&failed("ada")).await, 1);
    assert_eq!(server.database.number(&failed("person-1")).await, 0);
    let tokens = bob_caller.verify(&bobs_code).await.expect(200);
    assert_eq!(tokens.body["user"]["username"], "person-1");
    ada_caller.verify(&adas_code).await.expect(200);
}

/// Threats: a3, b41.
#[tokio::test]
async fn code_opens_only_one_of_two_log_ins() {
    let server = Server::dev().await;
    let ada = Person::ada();
    server.sign_up(&ada).await;
    let first = server.log_in(&ada).await;
    let second = server.log_in(&ada).await;
    let code = server.code(&ada.phone_number).await;
    second.verify(&code).await.expect(200);
    let answer = first.verify(&code).await.expect_problem(410, "challenge_expired");
    assert_eq!(answer.body["challenge"]["attempts_left"], 5);
    assert_eq!(server.database.number(SESSIONS).await, 1);
    // The other log-in continues with a code of its own.
    server.advance(30).await;
    first.resend().await.expect(202);
    let fresh = server.code(&ada.phone_number).await;
    assert_ne!(fresh, code);
    first.verify(&code).await.expect_problem(422, "incorrect_code");
    first.verify(&fresh).await.expect(200);
    assert_eq!(server.database.number(SESSIONS).await, 2);
}

/// Threats: a4, b10.
#[tokio::test]
async fn password_ok_token_opens_one_session() {
    let server = Server::dev().await;
    let ada = Person::ada();
    let token = server.password_ok(&ada).await;
    let code = server.code(&ada.phone_number).await;
    token.verify(&code).await.expect(200);
    for _ in 0..5 {
        let answer = token.verify(&code).await.expect_problem(401, "invalid_token");
        assert_eq!(answer.body["reason"], "spent");
    }
    server.advance(30).await;
    assert_eq!(token.resend().await.expect(401).body["reason"], "spent");
    assert_eq!(token.log_out().await.expect(401).body["reason"], "spent");
    assert_eq!(server.database.number(SESSIONS).await, 1);
}

/// Threats: a7, b6.
#[tokio::test]
async fn password_ok_token_expires_after_ten_minutes() {
    let server = Server::dev().await;
    let ada = Person::ada();
    server.password_ok(&ada).await;
    server.advance(590).await;
    // The code belongs to the first log-in and expires with it. This token lives longer.
    let token = server.log_in(&ada).await;
    let code = server.code(&ada.phone_number).await;
    server.advance(590).await;
    token.verify(&code).await.expect_problem(410, "challenge_expired");
    server.advance(20).await;
    let answer = token.verify(&code).await.expect_problem(401, "invalid_token");
    assert_eq!(answer.body["reason"], "expired");
    assert_eq!(server.twilio_requests("check", &ada.phone_number).await, 0);
    assert_eq!(server.database.number("SELECT sum(failed_checks) FROM challenges").await, 0);
    server.another_session(&ada).await;
}

#[tokio::test]
async fn resend_replaces_a_code_that_expired_before_its_token() {
    let server = Server::dev().await;
    let ada = Person::ada();
    server.password_ok(&ada).await;
    let code = server.code(&ada.phone_number).await;
    server.advance(540).await;
    let answer = server.guest().log_in(&ada).await.expect(200);
    assert!(answer.body["challenge"]["expires_in"].as_u64().unwrap() <= 60, "{}", answer.text);
    let token = server.password_ok_of(&answer);
    assert_eq!(server.code(&ada.phone_number).await, code);
    server.advance(65).await;
    let answer = token.verify(&code).await.expect_problem(410, "challenge_expired");
    assert_eq!(
        (&answer.body["challenge"]["expires_in"], &answer.body["challenge"]["resends_left"]),
        (&json!(0), &json!(4))
    );
    assert_eq!(server.database.number("SELECT failed_checks FROM users").await, 0);
    let answer = token.resend().await.expect(202);
    assert!(answer.body["expires_in"].as_u64().unwrap() > 590, "{}", answer.text);
    let fresh = server.code(&ada.phone_number).await;
    assert_ne!(fresh, code);
    token.verify(&fresh).await.expect(200);
}

/// Threats: a14, b9, b21.
#[tokio::test]
async fn one_of_a_hundred_parallel_right_codes_opens_a_session() {
    let server = Server::dev().await;
    let ada = Person::ada();
    let token = server.password_ok(&ada).await;
    let code = server.code(&ada.phone_number).await;
    let answers = at_once((0..100).map(|_| token.verify(&code))).await;
    assert_eq!(count(&answers, 200, None), 1);
    assert!(answers.iter().all(|answer| answer.status == 200 || !answer.text.contains("access_token")));
    assert_eq!(server.database.number(SESSIONS).await, 1);
    assert_eq!(server.database.number("SELECT count(*) FROM activities WHERE kind = 'verified'").await, 1);
    let winner = answers.into_iter().find(|answer| answer.status == 200).unwrap();
    server.session_of(&winner).me().await.expect(200);
    assert_eq!(token.verify(&code).await.expect(401).body["reason"], "spent");
    assert_eq!(server.database.number("SELECT failed_checks FROM users").await, 0);
}

#[tokio::test]
async fn tokens_name_the_user_and_the_factors() {
    let server = Server::dev().await;
    let ada = Person::ada();
    let password_ok = server.password_ok(&ada).await;
    let code = server.code(&ada.phone_number).await;
    let tokens = password_ok.verify(&code).await.expect(200);
    assert_eq!((&tokens.body["token_type"], &tokens.body["expires_in"]), (&json!("Bearer"), &json!(900)));
    assert!(tokens.text_of("refresh_token").starts_with("csrt_"));
    assert_eq!(tokens.body["refresh_expires_in"], 90 * 24 * 60 * 60);
    assert_eq!(tokens.body["user"]["phone_number_verified"], true);
    assert_eq!(server.database.value("SELECT amr FROM sessions").await, "pwd otp sms");
    // Each session has a refresh token of its own.
    let second = server.another_session(&ada).await;
    assert_ne!(second.refresh_token, tokens.text_of("refresh_token"));
}

/// Twilio has approved the code once. It is rejected at this log-in and the next.
/// Threats: b10.
#[tokio::test]
async fn used_code_is_wrong_at_the_next_log_in() {
    let server = Server::dev().await;
    let ada = Person::ada();
    let token = server.password_ok(&ada).await;
    let used = server.code(&ada.phone_number).await;
    let access = token.open_session(&used).await;
    access.log_out().await.expect(204);
    let token = server.log_in(&ada).await;
    let fresh = server.code(&ada.phone_number).await;
    assert_ne!(fresh, used);
    token.verify(&used).await.expect_problem(422, "incorrect_code");
    token.verify(&fresh).await.expect(200);
}
