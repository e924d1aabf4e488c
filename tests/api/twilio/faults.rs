//! Faults that a test suite injects over HTTP, as a client of `countersign dev` sees them.

use serde_json::json;

use crate::harness::{Person, Server};

async fn with_ada() -> (Server, Person) {
    let server = Server::dev().await;
    let ada = Person::ada();
    server.sign_up(&ada).await;
    (server, ada)
}

#[tokio::test]
async fn failed_start_answers_503_and_the_next_one_works() {
    let (server, ada) = with_ada().await;
    for (fault, retry_after, messages) in [
        (json!({"fault": "status", "status": 500}), 5, 0),
        (json!({"fault": "status", "status": 503, "retry_after": 12}), 12, 0),
        (json!({"fault": "status", "status": 429, "retry_after": 9}), 9, 0),
        (json!({"fault": "status", "status": 401}), 5, 0),
        (json!({"fault": "drop"}), 5, 0),
        (json!({"fault": "sent_then_drop"}), 5, 1),
        (json!({"fault": "malformed"}), 5, 1),
        (json!({"fault": "truncated"}), 5, 1),
    ] {
        let mut fault = fault;
        (fault["operation"], fault["to"]) = (json!("start"), json!(ada.phone_number));
        let before = server.messages(&ada.phone_number).await.len();
        let made = server.inject_fault(fault.clone()).await;
        let answer = server.guest().log_in(&ada).await.expect_problem(503, "otp_unavailable");
        assert_eq!(answer.body["retry_after"], retry_after, "{fault}");
        assert_eq!(server.messages(&ada.phone_number).await.len(), before + messages, "{fault}");
        // Twilio was asked once: a start is never retried without an answer.
        assert_eq!(server.sandbox_get(&made).await["hits"], 1, "{fault}");
    }
    assert_eq!(server.twilio_requests("start", &ada.phone_number).await, 8);
    let token = server.log_in(&ada).await;
    let code = server.code(&ada.phone_number).await;
    token.verify(&code).await.expect(200);
}

#[tokio::test]
async fn undeliverable_code_is_reported_by_its_error_code() {
    let (server, ada) = with_ada().await;
    for (status, code, expected) in [
        (403, 60205, (422, "otp_undeliverable")),
        (403, 60410, (422, "otp_undeliverable")),
        (429, 60203, (429, "too_many_attempts")),
    ] {
        let fault = json!({"operation": "start", "fault": "status", "status": status, "code": code});
        server.inject_fault(fault).await;
        server.guest().log_in(&ada).await.expect_problem(expected.0, expected.1);
    }
}

#[tokio::test]
async fn short_429_and_short_delay_go_unnoticed() {
    let (server, ada) = with_ada().await;
    server.inject_fault(json!({"operation": "start", "fault": "status", "status": 429, "times": 2})).await;
    server.inject_fault(json!({"operation": "start", "fault": "delay", "delay_ms": 50})).await;
    server.log_in(&ada).await;
    assert_eq!(server.twilio_requests("start", &ada.phone_number).await, 3);
    assert_eq!(server.messages(&ada.phone_number).await.len(), 1);
}

#[tokio::test]
async fn resend_whose_answer_was_lost_has_arrived() {
    let (server, ada) = with_ada().await;
    let token = server.log_in(&ada).await;
    server.advance(31).await;
    server.inject_fault(json!({"operation": "start", "fault": "sent_then_drop"})).await;
    let answer = token.resend().await.expect_problem(503, "otp_unavailable");
    // The resend counts because the code may have arrived. Here it has.
    assert_eq!(answer.body["challenge"]["resends_left"], 3);
    assert_eq!(server.messages(&ada.phone_number).await.len(), 2);
    token.resend().await.expect_problem(429, "resend_too_soon");
    server.advance(60).await;
    token.resend().await.expect(202);
    let code = server.code(&ada.phone_number).await;
    token.verify(&code).await.expect(200);
}

#[tokio::test]
async fn failed_check_opens_no_session() {
    for (fault, expected) in [
        (json!({"fault": "status", "status": 500}), (503, "otp_unavailable")),
        (json!({"fault": "status", "status": 503}), (503, "otp_unavailable")),
        (json!({"fault": "status", "status": 401}), (503, "otp_unavailable")),
        (json!({"fault": "status", "status": 429, "retry_after": 9}), (503, "otp_unavailable")),
        (json!({"fault": "drop"}), (503, "otp_unavailable")),
        (json!({"fault": "sent_then_drop"}), (503, "otp_unavailable")),
        (json!({"fault": "malformed"}), (503, "otp_unavailable")),
        (json!({"fault": "truncated"}), (503, "otp_unavailable")),
        (json!({"fault": "status", "status": 404}), (410, "challenge_expired")),
        (json!({"fault": "status", "status": 429, "code": 60202}), (429, "too_many_attempts")),
    ] {
        let (server, ada) = with_ada().await;
        let token = server.log_in(&ada).await;
        let mut fault = fault;
        // The check names the SID. The sandbox knows its phone number.
        (fault["operation"], fault["to"]) = (json!("check"), json!(ada.phone_number));
        let made = server.inject_fault(fault.clone()).await;
        let code = server.code(&ada.phone_number).await;
        let answer = token.verify(&code).await.expect_problem(expected.0, expected.1);
        assert!(!answer.text.contains("access_token"), "{}", answer.text);
        assert_eq!(server.sandbox_get(&made).await["hits"], 1, "{fault}");
        let journal = server.sandbox_get("/sandbox/requests?operation=check").await;
        assert_eq!(journal["requests"][0]["fault"], fault["fault"]);
    }
}

#[tokio::test]
async fn lost_approval_opens_no_session() {
    let (server, ada) = with_ada().await;
    let token = server.log_in(&ada).await;
    server.inject_fault(json!({"operation": "check", "fault": "sent_then_drop"})).await;
    let code = server.code(&ada.phone_number).await;
    token.verify(&code).await.expect_problem(503, "otp_unavailable");
    token.verify(&code).await.expect_problem(410, "challenge_expired");
}

#[tokio::test]
async fn failed_cancellation_does_not_prevent_a_log_out() {
    let (server, ada) = with_ada().await;
    let token = server.log_in(&ada).await;
    let fault =
        json!({"operation": "UpdateVerification", "fault": "status", "status": 500, "to": ada.phone_number});
    let made = server.inject_fault(fault).await;
    token.log_out().await.expect(204);
    assert_eq!(server.sandbox_get(&made).await["hits"], 1);
    token.resend().await.expect_problem(401, "invalid_token");
}
