//! Changing the phone number: it needs the password and a code that is sent to the new number.

use serde_json::json;

use crate::harness::{Launch, Person, Server, wrong_code};

const NEW: &str = "+12015550124";
const OTHER: &str = "+12015550125";

/// Threats: a12.
#[tokio::test]
async fn phone_changes_only_with_the_code_from_the_new_number() {
    let server = Server::dev().await;
    let ada = Person::ada();
    let access = server.full_access(&ada).await;
    let challenge = access.change_phone_number("+1 (201) 555-0124", &ada.password).await.expect(202).body;
    assert_eq!((&challenge["channel"], &challenge["destination"]), (&json!("sms"), &json!("+1******0124")));
    assert_eq!((&challenge["attempts_left"], &challenge["resends_left"]), (&json!(5), &json!(4)));
    assert_eq!(access.phone_number().await, ada.phone_number);
    let code = server.code(NEW).await;
    let wrong = access.verify_phone_number(&wrong_code(&code)).await.expect_problem(422, "incorrect_code");
    assert_eq!(
        (&wrong.body["attempts_left"], &wrong.body["challenge"]["attempts_left"]),
        (&json!(4), &json!(4))
    );
    assert_eq!(access.phone_number().await, ada.phone_number);

    let user = access.verify_phone_number(&code).await.expect(200).body;
    assert_eq!((&user["phone_number"], &user["phone_number_verified"]), (&json!(NEW), &json!(true)));
    assert_eq!(access.me().await.expect(200).body, user);
    assert_eq!(access.recent_activity().await[0], "phone_changed");
    // The next code goes to the new number, and another user can take the old one.
    server.another_session(&ada.with_phone_number(NEW)).await;
    server.sign_up(&Person::other(1).with_phone_number(&ada.phone_number)).await;
    // A used code is rejected.
    access.verify_phone_number(&code).await.expect_problem(410, "challenge_expired");
}

/// Threats: b45.
#[tokio::test]
async fn phone_change_ends_other_sessions_and_pending_log_ins() {
    let server = Server::dev().await;
    let ada = Person::ada();
    let other = server.full_access(&ada).await;
    let access = server.another_session(&ada).await;
    access.change_phone_number(NEW, &ada.password).await.expect(202);
    let pending = server.log_in(&ada).await;
    let old_code = server.code(&ada.phone_number).await;
    access.verify_phone_number(&server.code(NEW).await).await.expect(200);
    for answer in [other.me().await, pending.verify(&old_code).await, pending.resend().await] {
        assert_eq!(answer.expect_problem(401, "invalid_token").body["reason"], "phone_changed");
    }
    access.me().await.expect(200);
}

/// Threats: a12, b13.
#[tokio::test]
async fn phone_change_needs_the_password_and_another_number() {
    let server = Server::dev().await;
    let ada = Person::ada();
    let access = server.full_access(&ada).await;
    let wrong = access.change_phone_number(NEW, "incorrect horse").await;
    wrong.expect_problem(401, "invalid_credentials");
    let without = json!({ "phone_number": NEW });
    let without = access.change_phone_number_with(without).await;
    without.expect_problem(422, "validation_failed");
    for (number, code) in [("123", "invalid_format"), (ada.phone_number.as_str(), "not_allowed")] {
        let answer =
            access.change_phone_number(number, &ada.password).await.expect_problem(422, "validation_failed");
        assert_eq!(answer.body["errors"][0]["pointer"], "/phone_number");
        assert_eq!(answer.body["errors"][0]["code"], code);
    }
    assert!(server.messages(NEW).await.is_empty());
    assert_eq!(access.phone_number().await, ada.phone_number);
    access.verify_phone_number("123456").await.expect_problem(410, "challenge_expired");
}

/// Twilio has one verification per number. Codes that others request for it would use up its checks and
/// sends.
#[tokio::test]
async fn taken_phone_number_gets_no_code() {
    let server = Server::dev().await;
    let ada = Person::ada();
    let bob = Person::other(1);
    server.sign_up(&bob).await;
    let access = server.full_access(&ada).await;
    access.change_phone_number(&bob.phone_number, &ada.password).await.expect_problem(409, "user_exists");
    assert!(server.messages(&bob.phone_number).await.is_empty());
    assert_eq!(access.phone_number().await, ada.phone_number);
    access.verify_phone_number("123456").await.expect_problem(410, "challenge_expired");
    server.log_in(&bob).await;
    // The rejected change does not prevent another one.
    access.change_phone_number(NEW, &ada.password).await.expect(202);
    access.verify_phone_number(&server.code(NEW).await).await.expect(200);
}

#[tokio::test]
async fn asking_for_taken_numbers_is_rate_limited() {
    let server = Launch::dev().limits(&[("codes_per_user", "4/h")]).start().await;
    let ada = Person::ada();
    let access = server.full_access(&ada).await;
    for number in 1..4 {
        let taken = Person::other(number);
        server.sign_up(&taken).await;
        access
            .change_phone_number(&taken.phone_number, &ada.password)
            .await
            .expect_problem(409, "user_exists");
    }
    access.change_phone_number(NEW, &ada.password).await.expect_problem(429, "rate_limited");
}

/// Threats: b25.
#[tokio::test]
async fn second_request_is_a_resend_even_to_another_number() {
    let server = Server::dev().await;
    let ada = Person::ada();
    let access = server.full_access(&ada).await;
    access.change_phone_number(NEW, &ada.password).await.expect(202);
    let first = server.code(NEW).await;
    access.verify_phone_number(&wrong_code(&first)).await.expect_problem(422, "incorrect_code");
    for number in [NEW, OTHER] {
        let soon =
            access.change_phone_number(number, &ada.password).await.expect_problem(429, "resend_too_soon");
        assert!(soon.body["retry_after"].as_u64().unwrap() > 25 && soon.body["challenge"].is_object());
    }
    server.advance(31).await;
    let challenge = access.change_phone_number(OTHER, &ada.password).await.expect(202).body;
    assert_eq!((&challenge["resends_left"], &challenge["attempts_left"]), (&json!(3), &json!(4)));
    assert_eq!(challenge["destination"], "+1******0125");
    // The code that was sent to the first number does not verify the second.
    if first != server.code(OTHER).await {
        access.verify_phone_number(&first).await.expect_problem(422, "incorrect_code");
    }
    access.verify_phone_number(&server.code(OTHER).await).await.expect(200);
    assert_eq!(access.phone_number().await, OTHER);
}

#[tokio::test]
async fn phone_change_has_five_sends_and_five_checks() {
    let server = Server::dev().await;
    let ada = Person::ada();
    let access = server.full_access(&ada).await;
    for (number, wait) in [(NEW, 31), (OTHER, 41), (NEW, 61), (OTHER, 91), (NEW, 10)] {
        access.change_phone_number(number, &ada.password).await.expect(202);
        server.advance(wait).await;
    }
    let dead =
        access.change_phone_number(OTHER, &ada.password).await.expect_problem(429, "too_many_attempts");
    assert!(dead.body["retry_after"].is_u64());
    let wrong = wrong_code(&server.code(NEW).await);
    for left in (0..5).rev() {
        let answer = access.verify_phone_number(&wrong).await.expect_problem(422, "incorrect_code");
        assert_eq!(answer.body["attempts_left"], left);
    }
    access.verify_phone_number(&server.code(NEW).await).await.expect_problem(429, "too_many_attempts");
    assert_eq!(server.database.number("SELECT failed_checks FROM users").await, 5);
    assert_eq!(access.phone_number().await, ada.phone_number);
    // After that a new change can begin.
    server.advance(601).await;
    access.verify_phone_number(&wrong).await.expect_problem(429, "too_many_attempts");
    let access = server.another_session(&ada).await;
    access.change_phone_number(NEW, &ada.password).await.expect(202);
    access.verify_phone_number(&server.code(NEW).await).await.expect(200);
}

#[tokio::test]
async fn phone_change_code_expires_after_ten_minutes() {
    let server = Server::dev().await;
    let ada = Person::ada();
    let access = server.full_access(&ada).await;
    access.change_phone_number(NEW, &ada.password).await.expect(202);
    let code = server.code(NEW).await;
    server.advance(601).await;
    let expired = access.verify_phone_number(&code).await.expect_problem(410, "challenge_expired");
    assert_eq!(expired.body["challenge"]["expires_in"], 0);
    access.change_phone_number(NEW, &ada.password).await.expect(202);
    access.verify_phone_number(&server.code(NEW).await).await.expect(200);
}

#[tokio::test]
async fn send_that_twilio_rejects_is_not_counted() {
    let server = Server::dev().await;
    let ada = Person::ada();
    let access = server.full_access(&ada).await;
    let landline = "+12015550150";
    access.change_phone_number(landline, &ada.password).await.expect_problem(422, "otp_undeliverable");
    // Nothing was sent, so there is no wait. A call reaches the landline.
    let body = json!({ "phone_number": landline, "password": ada.password, "channel": "call" });
    access.change_phone_number_with(body).await.expect(202);
    server.advance(31).await;
    access.change_phone_number("+12015550155", &ada.password).await.expect_problem(422, "otp_undeliverable");
    // The pending change is still pending.
    access.verify_phone_number(&server.code(landline).await).await.expect(200);
    assert_eq!(access.phone_number().await, landline);
}

#[tokio::test]
async fn password_change_ends_a_pending_phone_change() {
    let server = Server::dev().await;
    let ada = Person::ada();
    let access = server.full_access(&ada).await;
    access.change_phone_number(NEW, &ada.password).await.expect(202);
    let code = server.code(NEW).await;
    access.change_password(&ada.password, "an engine that weaves algebra").await.expect(204);
    access.verify_phone_number(&code).await.expect_problem(410, "challenge_expired");
    assert_eq!(access.phone_number().await, ada.phone_number);
}
