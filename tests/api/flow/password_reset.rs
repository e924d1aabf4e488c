//! Password reset: a code sent to the mailbox replaces the password and never reveals whether there is an
//! account.

use serde_json::{Value, json};

use crate::harness::{Answer, Person, Server, at_once, count, wrong_code};

const NEW: &str = "an engine that weaves algebra";
const ANOTHER: &str = "another engine that weaves";

/// Threats: a13, b15.
#[tokio::test]
async fn reset_replaces_the_password_and_does_not_log_in() {
    let server = Server::dev().await;
    let ada = Person::ada();
    let tokens = server.full_access(&ada).await;
    let pending = server.log_in(&ada).await;
    let token = server.start_reset(&ada.email).await;
    assert!(token.starts_with("cspr_"));
    let code = server.code(&ada.email).await;
    let answer = server.guest().reset_password(&token, &code, NEW).await.expect(204);
    assert!(answer.text.is_empty());
    // Every session ends, and so does every pending log-in.
    let ended = tokens.me().await.expect_problem(401, "invalid_token");
    assert_eq!(ended.body["reason"], "password_changed");
    tokens.refresh().await.expect_problem(401, "invalid_refresh_token");
    let by_phone = server.code(&ada.phone_number).await;
    let ended = pending.verify(&by_phone).await.expect_problem(401, "invalid_token");
    assert_eq!(ended.body["reason"], "password_changed");
    // The next log-in needs a one-time code as before.
    server.guest().log_in(&ada).await.expect_problem(401, "invalid_credentials");
    let session = server.another_session(&ada.with_password(NEW)).await;
    let recent = session.recent_activity().await;
    assert!(recent.contains(&"password_reset".to_owned()), "{recent:?}");
    // The reset works only once.
    server.guest().reset_password(&token, &code, ANOTHER).await.expect_problem(410, "challenge_expired");
}

fn without_own_fields(answer: &Answer) -> Value {
    let mut body = answer.body.clone();
    for own in ["reset_token", "request_id"] {
        body.as_object_mut().unwrap().remove(own);
    }
    body
}

/// The same requests about a known and an unknown address get the same answers.
/// Threats: a27, a30, b27.
#[tokio::test]
async fn unknown_email_address_is_answered_like_a_known_one() {
    let server = Server::dev().await;
    let ada = Person::ada();
    server.sign_up(&ada).await;
    let forgot = async |email: &str| server.guest().forgot_password(email).await.expect(202);
    let known = forgot(&ada.email).await;
    let unknown = forgot("eve@example.com").await;
    assert_eq!(without_own_fields(&known), without_own_fields(&unknown));
    let names = |answer: &Answer| answer.headers.keys().map(ToString::to_string).collect::<Vec<_>>();
    assert_eq!(names(&known), names(&unknown));
    assert_eq!(known.text.len(), unknown.text.len());
    let ada_token = known.text_of("reset_token");
    let unknown_token = unknown.text_of("reset_token");
    let wrong = wrong_code(&server.code(&ada.email).await);
    for attempt in 0..7 {
        let about_her = server.guest().reset_password(&ada_token, &wrong, NEW).await;
        let about_nobody = server.guest().reset_password(&unknown_token, &wrong, NEW).await;
        assert_eq!(about_her.status, if attempt < 5 { 422 } else { 429 });
        let retry_after = |answer: &Answer| answer.body["retry_after"].as_u64().unwrap_or_default();
        assert!(retry_after(&about_her).abs_diff(retry_after(&about_nobody)) <= 1);
        let reported = |answer: &Answer| {
            (answer.status, answer.body["code"].clone(), answer.body["attempts_left"].clone())
        };
        assert_eq!(reported(&about_her), reported(&about_nobody));
    }
    // In both cases Twilio is asked equally often and a row is written. No message goes to the unknown
    // address.
    let asked = server.sandbox_get("/sandbox/requests?operation=check").await;
    assert_eq!(asked["requests"].as_array().unwrap().len(), 10);
    assert_eq!(server.database.number("SELECT count(*) FROM password_resets").await, 2);
    assert!(server.messages("eve@example.com").await.is_empty());
    server.advance(601).await;
    for token in [&ada_token, &unknown_token] {
        server.guest().reset_password(token, &wrong, NEW).await.expect_problem(410, "challenge_expired");
    }
}

/// Threats: b15.
#[tokio::test]
async fn foreign_or_damaged_reset_token_is_rejected() {
    let server = Server::dev().await;
    let ada = Person::ada();
    server.sign_up(&ada).await;
    let token = server.start_reset(&ada.email).await;
    let code = server.code(&ada.email).await;
    let other = Server::dev().await.start_reset(&ada.email).await;
    for bad in ["x", "cspr_AAAA", &token[..40], &other, &token.replace("cspr_", "csrt_")] {
        server.guest().reset_password(bad, &code, NEW).await.expect_problem(410, "challenge_expired");
    }
    // The reset token of one user does not work with the code of another.
    let eve = Person::other(1);
    server.sign_up(&eve).await;
    let eves = server.start_reset(&eve.email).await;
    let eves_code = server.code(&eve.email).await;
    if code != eves_code {
        server.guest().reset_password(&eves, &code, NEW).await.expect_problem(422, "incorrect_code");
        server.guest().reset_password(&token, &eves_code, NEW).await.expect_problem(422, "incorrect_code");
    }
    server.guest().reset_password_with(json!({})).await.expect_problem(422, "validation_failed");
    server.guest().forgot_password_with(json!({})).await.expect_problem(422, "validation_failed");
    server.guest().reset_password(&token, &code, NEW).await.expect(204);
}

#[tokio::test]
async fn weak_password_does_not_use_up_a_right_code() {
    let server = Server::dev().await;
    let ada = Person::ada();
    server.sign_up(&ada).await;
    let token = server.start_reset(&ada.email).await;
    let code = server.code(&ada.email).await;
    let pointer = |answer: Answer| {
        let error = answer.expect_problem(422, "validation_failed").body["errors"][0].clone();
        assert_eq!(error["code"], "easily_guessed");
        error["pointer"].clone()
    };
    // Weak for every user: rejected before the code is checked.
    assert_eq!(
        pointer(server.guest().reset_password(&token, &wrong_code(&code), "password1").await),
        "/new_password"
    );
    // Weak for this user: reported only after the code was right.
    let ada_token = "ada@example.com";
    server
        .guest()
        .reset_password(&token, &wrong_code(&code), ada_token)
        .await
        .expect_problem(422, "incorrect_code");
    assert_eq!(pointer(server.guest().reset_password(&token, &code, ada_token).await), "/new_password");
    server.log_in(&ada).await;
    server.guest().reset_password(&token, &code, NEW).await.expect(204);
    server.log_in(&ada.with_password(NEW)).await;
}

/// Threats: b16.
#[tokio::test]
async fn password_or_email_change_ends_a_pending_reset() {
    let server = Server::dev().await;
    let ada = Person::ada();
    let access = server.full_access(&ada).await;
    let one = server.start_reset(&ada.email).await;
    let two = server.start_reset(&ada.email).await;
    let code = server.code(&ada.email).await;
    access.change_password(&ada.password, NEW).await.expect(204);
    for token in [one, two] {
        server.guest().reset_password(&token, &code, ANOTHER).await.expect_problem(410, "challenge_expired");
    }
    let token = server.start_reset(&ada.email).await;
    let old = server.code(&ada.email).await;
    access.change_email("ada@lovelace.example", NEW).await.expect(202);
    access.verify_email(&server.code("ada@lovelace.example").await).await.expect(200);
    server.guest().reset_password(&token, &old, ANOTHER).await.expect_problem(410, "challenge_expired");
    access.me().await.expect(200);
}

/// Threats: a14, b9.
#[tokio::test]
async fn one_of_many_parallel_resets_succeeds_and_five_are_checked() {
    let server = Server::dev().await;
    let ada = Person::ada();
    server.sign_up(&ada).await;
    let token = server.start_reset(&ada.email).await;
    let wrong = wrong_code(&server.code(&ada.email).await);
    let answers = at_once((0..20).map(|_| server.guest().reset_password(&token, &wrong, NEW))).await;
    assert_eq!(count(&answers, 422, Some("incorrect_code")), 5, "{answers:?}");
    assert_eq!(count(&answers, 429, Some("too_many_attempts")), 15);
    let bob = Person::other(1);
    server.sign_up(&bob).await;
    let token = server.start_reset(&bob.email).await;
    let code = server.code(&bob.email).await;
    let new: Vec<String> = (0..4).map(|number| format!("{NEW} {number}")).collect();
    let answers = at_once(new.iter().map(|new| server.guest().reset_password(&token, &code, new))).await;
    assert_eq!(count(&answers, 204, None), 1, "{answers:?}");
    let winner = answers.iter().position(|answer| answer.status == 204).unwrap();
    server.log_in(&bob.with_password(&new[winner])).await;
}

/// Threats: b16.
#[tokio::test]
async fn reset_expires_after_ten_minutes() {
    let server = Server::dev().await;
    let ada = Person::ada();
    server.sign_up(&ada).await;
    let token = server.start_reset(&ada.email).await;
    let code = server.code(&ada.email).await;
    for nothing in [json!(""), json!("  "), Value::Null] {
        let body = json!({ "reset_token": nothing, "code": code, "new_password": NEW });
        let answer = server.guest().reset_password_with(body).await;
        assert!([410, 422].contains(&answer.status), "{}", answer.text);
    }
    server.advance(601).await;
    server.guest().reset_password(&token, &code, NEW).await.expect_problem(410, "challenge_expired");
    let one = server.start_reset(&ada.email).await;
    let two = server.start_reset(&ada.email).await;
    let code = server.code(&ada.email).await;
    server.guest().reset_password(&two, &code, NEW).await.expect(204);
    server.guest().reset_password(&one, &code, ANOTHER).await.expect_problem(410, "challenge_expired");
    server.log_in(&ada.with_password(NEW)).await;
}
