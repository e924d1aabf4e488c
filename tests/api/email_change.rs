//! Another email address: the password again, and a code to the new address.

use serde_json::json;

use crate::harness::{Answer, Launch, Person, Server, at_once, count, wrong_code};

const NEW: &str = "ada@lovelace.example";

impl Server {
    async fn change_email(&self, access: &str, person: &Person, email: &str) -> Answer {
        let body = json!({ "email": email, "password": person.password });
        self.post("/v1/users/me/email", Some(access), body).await
    }

    async fn verify_email(&self, access: &str, code: &str) -> Answer {
        self.post("/v1/users/me/email/verify", Some(access), json!({ "code": code })).await
    }
}

fn reached_at(person: &Person, email: &str) -> Person {
    Person { email: email.into(), ..person.clone() }
}

#[tokio::test]
async fn a12_nothing_changes_until_the_code_from_the_new_mailbox_is_right() {
    let (server, ada) = (Server::dev().await, Person::ada());
    let other = server.full_access(&ada).await.text_of("access_token");
    let access = server.another_session(&ada).await.text_of("access_token");
    let challenge = server.change_email(&access, &ada, NEW).await.expect(202).body;
    assert_eq!((&challenge["channel"], &challenge["channels"]), (&json!("email"), &json!(["email"])));
    assert_eq!(challenge["destination"], "a***@lovelace.example");
    let (pending, code) = (server.log_in(&ada).await, server.code(NEW).await);
    server.verify_email(&access, &wrong_code(&code)).await.expect_problem(422, "incorrect_code");
    assert_eq!(server.me(&access).await.expect(200).body["email"], json!(ada.email));

    let user = server.verify_email(&access, &code).await.expect(200).body;
    assert_eq!(user["email"], NEW);
    assert_eq!(server.me(&access).await.expect(200).body, user);
    assert_eq!(server.recent_activity(&access).await[0], "email_changed");
    let ended = server.me(&other).await.expect_problem(401, "invalid_token");
    assert_eq!(ended.body["reason"], "email_changed");
    let code = server.code(&ada.phone_number).await;
    let ended = server.verify(&pending, &code).await.expect_problem(401, "invalid_token");
    assert_eq!(ended.body["reason"], "email_changed");
    server.try_log_in(&ada).await.expect_problem(401, "invalid_credentials");
    server.log_in(&reached_at(&ada, NEW)).await;
}

#[tokio::test]
async fn a12_the_password_is_needed_and_the_own_address_is_no_change() {
    let (server, ada) = (Server::dev().await, Person::ada());
    let access = server.full_access(&ada).await.text_of("access_token");
    let body = json!({ "email": NEW, "password": "incorrect horse" });
    server.post("/v1/users/me/email", Some(&access), body).await.expect_problem(401, "invalid_credentials");
    for (email, code) in [("ada", "invalid_format"), ("ADA@example.com", "not_allowed")] {
        let answer = server.change_email(&access, &ada, email).await.expect_problem(422, "validation_failed");
        let error = &answer.body["errors"][0];
        assert_eq!((&error["pointer"], &error["code"]), (&json!("/email"), &json!(code)));
    }
    server.verify_email(&access, "123456").await.expect_problem(410, "challenge_expired");
}

#[tokio::test]
async fn an_address_that_somebody_has_gets_no_code() {
    let (server, ada, bob) = (Server::dev().await, Person::ada(), Person::other(1));
    server.sign_up(&bob).await;
    let access = server.full_access(&ada).await.text_of("access_token");
    let taken = bob.email.to_uppercase();
    server.change_email(&access, &ada, &taken).await.expect_problem(409, "user_exists");
    assert!(server.messages(&taken).await.is_empty() && server.messages(&bob.email).await.is_empty());
    server.log_in(&ada).await;
    server.log_in(&bob).await;
}

/// A code that was right is no wrong one.
#[tokio::test]
async fn a_right_code_is_not_counted() {
    let (server, ada) = (Server::dev().await, Person::ada());
    let access = server.full_access(&ada).await.text_of("access_token");
    server.change_email(&access, &ada, NEW).await.expect(202);
    server.verify_email(&access, &server.code(NEW).await).await.expect(200);
    assert_eq!(server.database.number("SELECT failed_checks FROM users").await, 0);
}

#[tokio::test]
async fn it_has_the_limits_of_a_log_in() {
    let (server, ada) = (Server::dev().await, Person::ada());
    let access = server.full_access(&ada).await.text_of("access_token");
    let answers = at_once((0..6).map(|_| server.change_email(&access, &ada, NEW))).await;
    assert_eq!(
        (count(&answers, 202, None), count(&answers, 429, Some("resend_too_soon"))),
        (1, 5),
        "{answers:?}"
    );
    let code = server.code(NEW).await;
    for _ in 0..5 {
        server.verify_email(&access, &wrong_code(&code)).await.expect_problem(422, "incorrect_code");
    }
    server.verify_email(&access, &code).await.expect_problem(429, "too_many_attempts");
    server.advance(40).await;
    server.change_email(&access, &ada, "else@example.org").await.expect_problem(429, "too_many_attempts");
    server.break_twilio(json!({ "operation": "start", "fault": "status", "status": 500 })).await;
    server.advance(601).await;
    server.change_email(&access, &ada, NEW).await.expect_problem(503, "otp_unavailable");
}

#[tokio::test]
async fn a_number_and_an_address_change_side_by_side() {
    let (server, ada) = (Server::dev().await, Person::ada());
    let access = server.full_access(&ada).await.text_of("access_token");
    server.change_email(&access, &ada, NEW).await.expect(202);
    let body = json!({ "phone_number": "+12015550124", "password": ada.password });
    server.post("/v1/users/me/phone", Some(&access), body).await.expect(202);
    let (by_mail, by_phone) = (server.code(NEW).await, server.code("+12015550124").await);
    if by_mail != by_phone {
        server.verify_email(&access, &by_phone).await.expect_problem(422, "incorrect_code");
    }
    server.verify_email(&access, &by_mail).await.expect(200);
    // The address has changed: whatever waited before must be asked for anew.
    let body = json!({ "code": by_phone });
    let late = server.post("/v1/users/me/phone/verify", Some(&access), body).await;
    late.expect_problem(410, "challenge_expired");
}

#[tokio::test]
async fn without_the_email_channel_there_are_no_such_paths() {
    let server = Launch::dev().variable("COUNTERSIGN__CODES__EMAIL_CHANNEL", "false").start().await;
    let access = server.full_access(&Person::ada()).await.text_of("access_token");
    for path in ["me/email", "me/email/verify", "password/forgot", "password/reset"] {
        for token in [None, Some(access.as_str())] {
            let answer = server.post(&format!("/v1/users/{path}"), token, json!({})).await;
            answer.expect_problem(404, "not_found");
        }
    }
    let body = json!({ "phone_number": "+12015550124", "password": Person::ada().password });
    server.post("/v1/users/me/phone", Some(&access), body).await.expect(202);
}

#[tokio::test]
async fn the_longest_address_is_shown_as_the_document_says() {
    let (server, ada) = (Server::dev().await, Person::ada());
    let access = server.full_access(&ada).await.text_of("access_token");
    let label = "a".repeat(61);
    let longest = format!("a@{label}.{label}.{label}.{}.example", "a".repeat(58));
    assert_eq!(longest.len(), 254);
    let challenge = server.change_email(&access, &ada, &longest).await.expect(202).body;
    assert_eq!(challenge["destination"], longest.replacen('a', "a***", 1));
}
