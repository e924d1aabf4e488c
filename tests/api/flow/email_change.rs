//! Changing the email address: it needs the password and a code that is sent to the new address.

use serde_json::json;

use crate::harness::{Launch, Person, Server, at_once, count, wrong_code};

const NEW: &str = "ada@lovelace.example";

/// Threats: a12.
#[tokio::test]
async fn email_changes_only_with_the_code_from_the_new_mailbox() {
    let server = Server::dev().await;
    let ada = Person::ada();
    let other = server.full_access(&ada).await;
    let access = server.another_session(&ada).await;
    let challenge = access.change_email(NEW, &ada.password).await.expect(202).body;
    assert_eq!((&challenge["channel"], &challenge["channels"]), (&json!("email"), &json!(["email"])));
    assert_eq!(challenge["destination"], "a***@lovelace.example");
    let pending = server.log_in(&ada).await;
    let code = server.code(NEW).await;
    access.verify_email(&wrong_code(&code)).await.expect_problem(422, "incorrect_code");
    assert_eq!(access.me().await.expect(200).body["email"], json!(ada.email));

    let user = access.verify_email(&code).await.expect(200).body;
    assert_eq!(user["email"], NEW);
    assert_eq!(access.me().await.expect(200).body, user);
    assert_eq!(access.recent_activity().await[0], "email_changed");
    let ended = other.me().await.expect_problem(401, "invalid_token");
    assert_eq!(ended.body["reason"], "email_changed");
    let code = server.code(&ada.phone_number).await;
    let ended = pending.verify(&code).await.expect_problem(401, "invalid_token");
    assert_eq!(ended.body["reason"], "email_changed");
    server.guest().log_in(&ada).await.expect_problem(401, "invalid_credentials");
    server.log_in(&ada.with_email(NEW)).await;
}

/// Threats: a12.
#[tokio::test]
async fn email_change_needs_the_password_and_another_address() {
    let server = Server::dev().await;
    let ada = Person::ada();
    let access = server.full_access(&ada).await;
    access.change_email(NEW, "incorrect horse").await.expect_problem(401, "invalid_credentials");
    for (email, code) in [("ada", "invalid_format"), ("ADA@example.com", "not_allowed")] {
        let answer = access.change_email(email, &ada.password).await.expect_problem(422, "validation_failed");
        let error = &answer.body["errors"][0];
        assert_eq!((&error["pointer"], &error["code"]), (&json!("/email"), &json!(code)));
    }
    access.verify_email("123456").await.expect_problem(410, "challenge_expired");
}

#[tokio::test]
async fn taken_email_address_gets_no_code() {
    let server = Server::dev().await;
    let ada = Person::ada();
    let bob = Person::other(1);
    server.sign_up(&bob).await;
    let access = server.full_access(&ada).await;
    let taken = bob.email.to_uppercase();
    access.change_email(&taken, &ada.password).await.expect_problem(409, "user_exists");
    assert!(server.messages(&taken).await.is_empty() && server.messages(&bob.email).await.is_empty());
    server.log_in(&ada).await;
    server.log_in(&bob).await;
}

/// The check of a right code must not count as a failed one.
#[tokio::test]
async fn right_email_code_is_not_a_failed_check() {
    let server = Server::dev().await;
    let ada = Person::ada();
    let access = server.full_access(&ada).await;
    access.change_email(NEW, &ada.password).await.expect(202);
    access.verify_email(&server.code(NEW).await).await.expect(200);
    assert_eq!(server.database.number("SELECT failed_checks FROM users").await, 0);
}

#[tokio::test]
async fn email_change_has_the_limits_of_a_log_in() {
    let server = Server::dev().await;
    let ada = Person::ada();
    let access = server.full_access(&ada).await;
    let answers = at_once((0..6).map(|_| access.change_email(NEW, &ada.password))).await;
    assert_eq!(
        (count(&answers, 202, None), count(&answers, 429, Some("resend_too_soon"))),
        (1, 5),
        "{answers:?}"
    );
    let code = server.code(NEW).await;
    for _ in 0..5 {
        access.verify_email(&wrong_code(&code)).await.expect_problem(422, "incorrect_code");
    }
    access.verify_email(&code).await.expect_problem(429, "too_many_attempts");
    server.advance(40).await;
    access.change_email("else@example.org", &ada.password).await.expect_problem(429, "too_many_attempts");
    server.inject_fault(json!({ "operation": "start", "fault": "status", "status": 500 })).await;
    server.advance(601).await;
    access.change_email(NEW, &ada.password).await.expect_problem(503, "otp_unavailable");
}

#[tokio::test]
async fn email_change_cancels_a_pending_phone_change() {
    let server = Server::dev().await;
    let ada = Person::ada();
    let access = server.full_access(&ada).await;
    access.change_email(NEW, &ada.password).await.expect(202);
    access.change_phone_number("+12015550124", &ada.password).await.expect(202);
    let by_mail = server.code(NEW).await;
    let by_phone = server.code("+12015550124").await;
    if by_mail != by_phone {
        access.verify_email(&by_phone).await.expect_problem(422, "incorrect_code");
    }
    access.verify_email(&by_mail).await.expect(200);
    // The change of address cancels whatever was pending before.
    let late = access.verify_phone_number(&by_phone).await;
    late.expect_problem(410, "challenge_expired");
}

#[tokio::test]
async fn email_paths_need_the_email_channel() {
    let server = Launch::dev().variable("COUNTERSIGN__CODES__EMAIL_CHANNEL", "false").start().await;
    let ada = Person::ada();
    let access = server.full_access(&ada).await;
    for path in ["me/email", "me/email/verify", "password/forgot", "password/reset"] {
        for token in [None, Some(access.token())] {
            let answer = server.post(&format!("/v1/users/{path}"), token, json!({})).await;
            answer.expect_problem(404, "not_found");
        }
    }
    access.change_phone_number("+12015550124", &ada.password).await.expect(202);
}

#[tokio::test]
async fn longest_email_address_is_masked_as_documented() {
    let server = Server::dev().await;
    let ada = Person::ada();
    let access = server.full_access(&ada).await;
    let label = "a".repeat(61);
    let longest = format!("a@{label}.{label}.{label}.{}.example", "a".repeat(58));
    assert_eq!(longest.len(), 254);
    let challenge = access.change_email(&longest, &ada.password).await.expect(202).body;
    assert_eq!(challenge["destination"], longest.replacen('a', "a***", 1));
}
