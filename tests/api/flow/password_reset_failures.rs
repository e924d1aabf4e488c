//! Password resets while Twilio or the server rejects work: nothing is lost and no account is revealed.

use serde_json::json;

use crate::harness::{Fault, Launch, Operation, Person, Server, Twilio, at_once, count, wrong_code};

const NEW: &str = "an engine that weaves algebra";

#[tokio::test]
async fn limits_of_twilio_do_not_reveal_an_account() {
    let server = Server::dev().await;
    let ada = Person::ada();
    server.sign_up(&ada).await;
    // Two resets share one verification at Twilio and therefore its five checks.
    let first = server.start_reset(&ada.email).await;
    let second = server.start_reset(&ada.email).await;
    let wrong = wrong_code(&server.code(&ada.email).await);
    for _ in 0..5 {
        server.guest().reset_password(&first, &wrong, NEW).await.expect_problem(422, "incorrect_code");
    }
    let answer =
        server.guest().reset_password(&second, &wrong, NEW).await.expect_problem(422, "incorrect_code");
    assert_eq!(answer.body["attempts_left"], 4);
    server.inject_fault(json!({ "operation": "check", "fault": "status", "status": 500, "times": 4 })).await;
    let unknown_token = server.start_reset("eve@example.com").await;
    for token in [&second, &unknown_token] {
        server.guest().reset_password(token, &wrong, NEW).await.expect_problem(503, "otp_unavailable");
    }
}

/// A stranger who uses up the checks of a code does not block its owner: the next reset sends another code.
#[tokio::test]
async fn next_reset_sends_another_code_if_the_guesses_are_used_up() {
    let server = Server::dev().await;
    let ada = Person::ada();
    server.sign_up(&ada).await;
    let strangers = server.start_reset(&ada.email).await;
    let wrong = wrong_code(&server.code(&ada.email).await);
    for _ in 0..5 {
        server.guest().reset_password(&strangers, &wrong, NEW).await.expect_problem(422, "incorrect_code");
    }
    while server.sandbox_get("/sandbox/requests?operation=UpdateVerification").await["requests"]
        .as_array()
        .unwrap()
        .is_empty()
    {
        tokio::task::yield_now().await;
    }
    let before = server.messages(&ada.email).await.len();
    let token = server.start_reset(&ada.email).await;
    let mut messages = server.messages(&ada.email).await;
    while messages.len() == before {
        messages = server.messages(&ada.email).await;
    }
    server.guest().reset_password(&token, messages[0]["code"].as_str().unwrap(), NEW).await.expect(204);
    server.log_in(&ada.with_password(NEW)).await;
}

/// Twilio has sent the code, but its answer was lost. The owner of the mailbox can continue.
#[tokio::test]
async fn reset_code_counts_if_the_answer_of_twilio_was_lost() {
    let server = Server::dev().await;
    let ada = Person::ada();
    server.sign_up(&ada).await;
    server.inject_fault(json!({ "operation": "start", "fault": "sent_then_drop" })).await;
    let token = server.start_reset(&ada.email).await;
    let code = server.code(&ada.email).await;
    server
        .guest()
        .reset_password(&token, &wrong_code(&code), NEW)
        .await
        .expect_problem(422, "incorrect_code");
    server.guest().reset_password(&token, &code, NEW).await.expect(204);
    server.log_in(&ada.with_password(NEW)).await;
}

#[tokio::test]
async fn failure_of_twilio_is_not_revealed_and_loses_nothing() {
    let twilio = Twilio::start().await;
    let server = twilio.launch().variable("COUNTERSIGN__CODES__EMAIL_CHANNEL", "true").start().await;
    let ada = Person::ada();
    server.sign_up(&ada).await;
    twilio.inject_fault(Operation::Start, Fault::error(400, 60212));
    let token = server.start_reset(&ada.email).await;
    twilio.wait_for(Operation::Start, 1).await;
    server.guest().reset_password(&token, "123456", NEW).await.expect_problem(422, "incorrect_code");
    let token = server.start_reset(&ada.email).await;
    let code = server.code(&ada.email).await;
    server.guest().reset_password(&token, &code, NEW).await.expect(204);
}

#[tokio::test]
async fn full_hashing_queue_is_reported() {
    let launch = Launch::dev()
        .variable("COUNTERSIGN__PASSWORDS__THREADS", "1")
        .variable("COUNTERSIGN__PASSWORDS__QUEUE", "1")
        .variable("COUNTERSIGN__PASSWORDS__MEMORY_KIB", "65536");
    let server = launch.start().await;
    let ada = Person::ada();
    server.sign_up(&ada).await;
    let token = server.start_reset(&ada.email).await;
    let code = server.code(&ada.email).await;
    let wrong = wrong_code(&code);
    let answers = at_once((0..12).map(|_| server.guest().reset_password(&token, &wrong, NEW))).await;
    assert!(count(&answers, 503, Some("overloaded")) > 0, "{answers:?}");
}
