//! Another phone number: the password again, and a code to the new number.

use reqwest::Method;
use serde_json::json;

use crate::harness::{Answer, Launch, Person, Server, wrong_code};

const NEW: &str = "+12015550124";
const OTHER: &str = "+12015550125";

impl Server {
    pub(crate) async fn change_phone(&self, access: &str, person: &Person, number: &str) -> Answer {
        let body = json!({ "phone_number": number, "password": person.password });
        self.post("/v1/users/me/phone", Some(access), body).await
    }

    pub(crate) async fn verify_phone(&self, access: &str, code: &str) -> Answer {
        self.post("/v1/users/me/phone/verify", Some(access), json!({ "code": code })).await
    }

    pub(crate) async fn access(&self, person: &Person) -> String {
        self.full_access(person).await.text_of("access_token")
    }

    /// The number that a user has.
    pub(crate) async fn number_of(&self, access: &str) -> String {
        self.me(access).await.expect(200).text_of("phone_number")
    }
}

fn reached_at(person: &Person, number: &str) -> Person {
    Person { phone_number: number.into(), ..person.clone() }
}

#[tokio::test]
async fn a12_nothing_changes_until_the_code_from_the_new_number_is_right() {
    let (server, ada) = (Server::dev().await, Person::ada());
    let access = server.access(&ada).await;
    let challenge = server.change_phone(&access, &ada, "+1 (201) 555-0124").await.expect(202).body;
    assert_eq!((&challenge["channel"], &challenge["destination"]), (&json!("sms"), &json!("+1******0124")));
    assert_eq!((&challenge["attempts_left"], &challenge["resends_left"]), (&json!(5), &json!(4)));
    assert_eq!(server.number_of(&access).await, ada.phone_number);
    let code = server.code(NEW).await;
    let wrong = server.verify_phone(&access, &wrong_code(&code)).await.expect_problem(422, "incorrect_code");
    assert_eq!(
        (&wrong.body["attempts_left"], &wrong.body["challenge"]["attempts_left"]),
        (&json!(4), &json!(4))
    );
    assert_eq!(server.number_of(&access).await, ada.phone_number);

    let user = server.verify_phone(&access, &code).await.expect(200).body;
    assert_eq!((&user["phone_number"], &user["phone_number_verified"]), (&json!(NEW), &json!(true)));
    assert_eq!(server.me(&access).await.expect(200).body, user);
    assert_eq!(server.recent_activity(&access).await[0], "phone_changed");
    // The next log-in's code goes there, and somebody else may have the old number.
    server.another_session(&reached_at(&ada, NEW)).await;
    server.sign_up(&reached_at(&Person::other(1), &ada.phone_number)).await;
    // What was right once is right no more.
    server.verify_phone(&access, &code).await.expect_problem(410, "challenge_expired");
}

#[tokio::test]
async fn b45_every_other_session_ends_and_so_does_every_log_in_by_the_old_number() {
    let (server, ada) = (Server::dev().await, Person::ada());
    let other = server.access(&ada).await;
    let access = server.another_session(&ada).await.text_of("access_token");
    server.change_phone(&access, &ada, NEW).await.expect(202);
    let pending = server.log_in(&ada).await;
    let old_code = server.code(&ada.phone_number).await;
    server.verify_phone(&access, &server.code(NEW).await).await.expect(200);
    for answer in
        [server.me(&other).await, server.verify(&pending, &old_code).await, server.resend(&pending).await]
    {
        assert_eq!(answer.expect_problem(401, "invalid_token").body["reason"], "phone_changed");
    }
    server.me(&access).await.expect(200);
}

#[tokio::test]
async fn a12_b13_the_password_is_needed_and_the_own_number_is_no_change() {
    let (server, ada) = (Server::dev().await, Person::ada());
    let access = server.access(&ada).await;
    let body = json!({ "phone_number": NEW, "password": "incorrect horse" });
    let wrong = server.post("/v1/users/me/phone", Some(&access), body).await;
    wrong.expect_problem(401, "invalid_credentials");
    let without = json!({ "phone_number": NEW });
    let without = server.post("/v1/users/me/phone", Some(&access), without).await;
    without.expect_problem(422, "validation_failed");
    for (number, code) in [("123", "invalid_format"), (ada.phone_number.as_str(), "not_allowed")] {
        let answer =
            server.change_phone(&access, &ada, number).await.expect_problem(422, "validation_failed");
        assert_eq!(answer.body["errors"][0]["pointer"], "/phone_number");
        assert_eq!(answer.body["errors"][0]["code"], code);
    }
    assert!(server.messages(NEW).await.is_empty());
    assert_eq!(server.number_of(&access).await, ada.phone_number);
    server.verify_phone(&access, "123456").await.expect_problem(410, "challenge_expired");
}

/// Twilio has one verification for a number: whoever could have codes sent to another user's would use up its checks and
/// sends.
#[tokio::test]
async fn a_number_that_somebody_has_gets_no_code() {
    let (server, ada, bob) = (Server::dev().await, Person::ada(), Person::other(1));
    server.sign_up(&bob).await;
    let access = server.access(&ada).await;
    server.change_phone(&access, &ada, &bob.phone_number).await.expect_problem(409, "user_exists");
    assert!(server.messages(&bob.phone_number).await.is_empty());
    assert_eq!(server.number_of(&access).await, ada.phone_number);
    server.verify_phone(&access, "123456").await.expect_problem(410, "challenge_expired");
    server.log_in(&bob).await;
    // It stood in the way of nothing else.
    server.change_phone(&access, &ada, NEW).await.expect(202);
    server.verify_phone(&access, &server.code(NEW).await).await.expect(200);
}

#[tokio::test]
async fn asking_for_other_peoples_numbers_has_a_limit() {
    let (server, ada) = (Launch::dev().limits(&[("codes_per_user", "4/h")]).start().await, Person::ada());
    let access = server.access(&ada).await;
    for number in 1..4 {
        let taken = Person::other(number);
        server.sign_up(&taken).await;
        server.change_phone(&access, &ada, &taken.phone_number).await.expect_problem(409, "user_exists");
    }
    server.change_phone(&access, &ada, NEW).await.expect_problem(429, "rate_limited");
}

#[tokio::test]
async fn b25_asked_again_it_is_a_resend_wherever_it_goes() {
    let (server, ada) = (Server::dev().await, Person::ada());
    let access = server.access(&ada).await;
    server.change_phone(&access, &ada, NEW).await.expect(202);
    let first = server.code(NEW).await;
    server.verify_phone(&access, &wrong_code(&first)).await.expect_problem(422, "incorrect_code");
    for number in [NEW, OTHER] {
        let soon = server.change_phone(&access, &ada, number).await.expect_problem(429, "resend_too_soon");
        assert!(soon.body["retry_after"].as_u64().unwrap() > 25 && soon.body["challenge"].is_object());
    }
    server.advance(31).await;
    let challenge = server.change_phone(&access, &ada, OTHER).await.expect(202).body;
    assert_eq!((&challenge["resends_left"], &challenge["attempts_left"]), (&json!(3), &json!(4)));
    assert_eq!(challenge["destination"], "+1******0125");
    // The code that went elsewhere proves nothing about this number.
    if first != server.code(OTHER).await {
        server.verify_phone(&access, &first).await.expect_problem(422, "incorrect_code");
    }
    server.verify_phone(&access, &server.code(OTHER).await).await.expect(200);
    assert_eq!(server.number_of(&access).await, OTHER);
}

#[tokio::test]
async fn five_codes_are_sent_and_five_are_tried() {
    let (server, ada) = (Server::dev().await, Person::ada());
    let access = server.access(&ada).await;
    for (number, wait) in [(NEW, 31), (OTHER, 41), (NEW, 61), (OTHER, 91), (NEW, 10)] {
        server.change_phone(&access, &ada, number).await.expect(202);
        server.advance(wait).await;
    }
    let dead = server.change_phone(&access, &ada, OTHER).await.expect_problem(429, "too_many_attempts");
    assert!(dead.body["retry_after"].is_u64());
    let wrong = wrong_code(&server.code(NEW).await);
    for left in (0..5).rev() {
        let answer = server.verify_phone(&access, &wrong).await.expect_problem(422, "incorrect_code");
        assert_eq!(answer.body["attempts_left"], left);
    }
    server.verify_phone(&access, &server.code(NEW).await).await.expect_problem(429, "too_many_attempts");
    assert_eq!(server.database.number("SELECT failed_checks FROM users").await, 5);
    assert_eq!(server.number_of(&access).await, ada.phone_number);
    // When all that is over one begins anew.
    server.advance(601).await;
    server.verify_phone(&access, &wrong).await.expect_problem(429, "too_many_attempts");
    let access = server.another_session(&ada).await.text_of("access_token");
    server.change_phone(&access, &ada, NEW).await.expect(202);
    server.verify_phone(&access, &server.code(NEW).await).await.expect(200);
}

#[tokio::test]
async fn a_code_dies_after_ten_minutes() {
    let (server, ada) = (Server::dev().await, Person::ada());
    let access = server.access(&ada).await;
    server.change_phone(&access, &ada, NEW).await.expect(202);
    let code = server.code(NEW).await;
    server.advance(601).await;
    let expired = server.verify_phone(&access, &code).await.expect_problem(410, "challenge_expired");
    assert_eq!(expired.body["challenge"]["expires_in"], 0);
    server.change_phone(&access, &ada, NEW).await.expect(202);
    server.verify_phone(&access, &server.code(NEW).await).await.expect(200);
}

#[tokio::test]
async fn a_send_that_twilio_refuses_is_not_counted() {
    let (server, ada) = (Server::dev().await, Person::ada());
    let access = server.access(&ada).await;
    let landline = "+12015550150";
    server.change_phone(&access, &ada, landline).await.expect_problem(422, "otp_undeliverable");
    // No wait: nothing was sent. Another channel reaches it.
    let body = json!({ "phone_number": landline, "password": ada.password, "channel": "call" });
    server.post("/v1/users/me/phone", Some(&access), body).await.expect(202);
    server.advance(31).await;
    server.change_phone(&access, &ada, "+12015550155").await.expect_problem(422, "otp_undeliverable");
    // What waited before waits still.
    server.verify_phone(&access, &server.code(landline).await).await.expect(200);
    assert_eq!(server.number_of(&access).await, landline);
}

#[tokio::test]
async fn a_new_password_ends_a_change_that_waits() {
    let (server, ada) = (Server::dev().await, Person::ada());
    let access = server.access(&ada).await;
    server.change_phone(&access, &ada, NEW).await.expect(202);
    let code = server.code(NEW).await;
    let body = json!({ "current_password": ada.password, "new_password": "an engine that weaves algebra" });
    server.ask(Method::PUT, "/v1/users/me/password", &access, body).await.expect(204);
    server.verify_phone(&access, &code).await.expect_problem(410, "challenge_expired");
    assert_eq!(server.number_of(&access).await, ada.phone_number);
}
