//! The magic numbers of the sandbox, as a client of the API sees them.

use countersign::auth::PhoneNumber;
use serde_json::json;

use crate::harness::{Person, Server};

/// A server, and a person who has signed up with a number of this ending.
async fn with_ending(ending: u32) -> (Server, Person) {
    let server = Server::dev().await;
    let person = Person::ada().with_phone_number(&format!("+141555501{ending:02}"));
    server.sign_up(&person).await;
    (server, person)
}

#[test]
fn every_ending_is_valid_in_every_area_code() {
    let number = |area: u32, ending: u32| format!("+1{area}55501{ending:02}");
    let areas: Vec<u32> = (200..1000).filter(|area| PhoneNumber::parse(&number(*area, 0)).is_ok()).collect();
    assert!(areas.len() > 350 && areas.contains(&201), "{areas:?}");
    for area in areas {
        for ending in 0..100 {
            let number = number(area, ending);
            assert_eq!(PhoneNumber::parse(&number).unwrap().as_str(), number);
        }
    }
}

#[tokio::test]
async fn fixed_code_number_always_gets_the_same_code() {
    let (server, person) = with_ending(40).await;
    let token = server.log_in(&person).await;
    token.verify("424242").await.expect(200);
    // The next verification has the same code.
    let token = server.log_in(&person).await;
    token.verify("424242").await.expect(200);
}

#[tokio::test]
async fn landline_gets_a_call() {
    let (server, person) = with_ending(50).await;
    server.guest().log_in(&person).await.expect_problem(422, "otp_undeliverable");
    let mut body = person.log_in_body();
    body["channel"] = json!("call");
    let token = server.password_ok_of(&server.guest().log_in_with(body).await.expect(200));
    let code = server.code(&person.phone_number).await;
    token.verify(&code).await.expect(200);
}

#[tokio::test]
async fn blocked_number_gets_no_code() {
    for ending in [55, 60] {
        let (server, person) = with_ending(ending).await;
        let answer = server.guest().log_in(&person).await.expect_problem(422, "otp_undeliverable");
        assert!(!answer.text.contains("raud") && !answer.text.contains("geo"), "{}", answer.text);
        assert!(server.messages(&person.phone_number).await.is_empty());
        assert_eq!(server.twilio_requests("start", &person.phone_number).await, 1);
    }
}

#[tokio::test]
async fn number_with_too_many_codes_must_wait() {
    let (server, person) = with_ending(65).await;
    let answer = server.guest().log_in(&person).await.expect_problem(429, "too_many_attempts");
    assert_eq!(answer.body["retry_after"], 600);
}

#[tokio::test]
async fn busy_or_failing_twilio_answers_503() {
    for (ending, retry_after) in [(70, 30), (75, 5)] {
        let (server, person) = with_ending(ending).await;
        let answer = server.guest().log_in(&person).await.expect_problem(503, "otp_unavailable");
        assert_eq!(answer.body["retry_after"], retry_after);
        assert_eq!(server.twilio_requests("start", &person.phone_number).await, 1);
    }
}

#[tokio::test]
async fn late_code_arrives_after_eight_seconds() {
    let (server, person) = with_ending(80).await;
    let token = server.log_in(&person).await;
    assert!(server.messages(&person.phone_number).await.is_empty());
    server.advance(8).await;
    let code = server.code(&person.phone_number).await;
    token.verify(&code).await.expect(200);
    assert_eq!(server.messages(&person.phone_number).await.len(), 1);
}

#[tokio::test]
async fn undelivered_code_can_be_guessed_like_any_other() {
    let (server, person) = with_ending(85).await;
    let token = server.log_in(&person).await;
    server.advance(60).await;
    assert!(server.messages(&person.phone_number).await.is_empty());
    let answer = token.verify("000000").await;
    // The guess is right once in a million runs.
    assert!(answer.status == 200 || answer.body["code"] == "incorrect_code", "{}", answer.text);
}

#[tokio::test]
async fn resend_replaces_a_lost_verification() {
    let (server, person) = with_ending(90).await;
    let token = server.log_in(&person).await;
    let code = server.code(&person.phone_number).await;
    let answer = token.verify(&code).await.expect_problem(410, "challenge_expired");
    assert_eq!(answer.body["challenge"]["expires_in"], 0);
    server.advance(31).await;
    let answer = token.resend().await.expect(202);
    assert!(answer.body["expires_in"].as_i64().unwrap() > 590, "{}", answer.text);
    let codes = server.messages(&person.phone_number).await;
    assert!(codes.len() == 2 && codes[0]["verification_sid"] != codes[1]["verification_sid"], "{codes:?}");
}

#[tokio::test]
async fn code_arrives_if_the_answer_was_lost() {
    let (server, person) = with_ending(95).await;
    server.guest().log_in(&person).await.expect_problem(503, "otp_unavailable");
    assert_eq!(server.messages(&person.phone_number).await.len(), 1);
    assert_eq!(server.twilio_requests("start", &person.phone_number).await, 1);
}
