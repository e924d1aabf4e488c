//! Log in: channels and languages of the code, callers who are rejected, and the replacement of old hashes.

use serde_json::{Value, json};

use crate::harness::{Answer, Guest, Launch, PasswordOk, Person, Server, Twilio, at_once, count};

async fn log_in_with(server: &Server, person: &Person, field: &str, value: Value) -> Answer {
    let mut body = person.log_in_body();
    body[field] = value;
    server.guest().log_in_with(body).await
}

/// Logs in with this `Accept-Language` and returns the language of the message.
async fn language(server: &Server, person: &Person, accept_language: &str, body: Value) -> Value {
    server.guest().header("accept-language", accept_language).log_in_with(body).await.expect(200);
    server.messages(&person.phone_number).await[0]["locale"].clone()
}

/// Threats: a50.
#[tokio::test]
async fn log_in_answer_has_what_the_next_step_needs() {
    let server = Server::dev().await;
    let ada = Person::ada();
    server.sign_up(&ada).await;
    let answer = server.guest().log_in(&ada).await.expect(200);
    assert_eq!(answer.body["expires_in"], 600);
    let varying = ["password_ok_token", "expires_in", "resend_in", "resend_available_at", "expires_at"];
    insta::assert_snapshot!(answer.redacted(&varying), @r#"
    {
      "password_ok_token": "[password_ok_token]",
      "token_type": "Bearer",
      "expires_in": "[expires_in]",
      "challenge": {
        "channel": "sms",
        "channels": [
          "sms",
          "call"
        ],
        "destination": "+1******0123",
        "code_length": 6,
        "expires_at": "[expires_at]",
        "expires_in": "[expires_in]",
        "resend_available_at": "[resend_available_at]",
        "resend_in": "[resend_in]",
        "resends_left": 4,
        "attempts_left": 5
      }
    }
    "#);
    assert!(!answer.text.contains("2015550123"), "{}", answer.text);
    assert!(!answer.text.contains(&server.code(&ada.phone_number).await));
    let message = server.messages(&ada.phone_number).await.remove(0);
    let sid = server.database.value("SELECT verification_sid FROM challenges").await;
    assert_eq!(message["verification_sid"], sid);
    assert!(!answer.text.contains(&sid), "{}", answer.text);
    assert_eq!(message["channel"], "sms");
}

/// Threats: a30, b29.
#[tokio::test]
async fn wrong_password_sends_no_code_and_stores_no_challenge() {
    let server = Server::dev().await;
    let ada = Person::ada();
    server.sign_up(&ada).await;
    for password in
        ["correct horse battery stapl", "Correct horse battery staple", "correct horse battery staple "]
    {
        let wrong = ada.with_password(password);
        server.guest().log_in(&wrong).await.expect_problem(401, "invalid_credentials");
    }
    assert!(server.messages(&ada.phone_number).await.is_empty());
    assert_eq!(server.database.number("SELECT count(*) FROM challenges").await, 0);
    server.log_in(&ada).await;
    assert_eq!(server.messages(&ada.phone_number).await.len(), 1);
}

/// Threats: a41.
#[tokio::test]
async fn composed_and_decomposed_letters_are_the_same_password() {
    let server = Server::dev().await;
    let composed = Person::ada().with_password("zum Caf\u{e9} \u{fc}ber die Br\u{fc}cke");
    let decomposed = Person::ada().with_password("zum Cafe\u{301} u\u{308}ber die Bru\u{308}cke");
    server.sign_up(&composed).await;
    server.log_in(&decomposed).await;
    let other = Person::ada().with_password("zum Cafe \u{fc}ber die Br\u{fc}cke");
    server.guest().log_in(&other).await.expect_problem(401, "invalid_credentials");
}

/// Threats: a37.
#[tokio::test]
async fn password_of_1024_characters_is_wrong_and_of_1025_is_invalid() {
    let server = Server::dev().await;
    let ada = Person::ada();
    server.sign_up(&ada).await;
    let with = |length: usize| Person { password: "x".repeat(length), ..ada.clone() };
    server.guest().log_in(&with(1)).await.expect_problem(401, "invalid_credentials");
    server.guest().log_in(&with(1024)).await.expect_problem(401, "invalid_credentials");
    server.guest().log_in(&with(1025)).await.expect_problem(422, "validation_failed");
    server.guest().log_in(&with(0)).await.expect_problem(422, "validation_failed");
}

/// Threats: a82.
#[tokio::test]
async fn caller_chooses_among_the_configured_channels() {
    let server = Server::dev().await;
    let ada = Person::ada();
    server.sign_up(&ada).await;
    for channel in ["whatsapp", "email", "sna", "SMS", ""] {
        let answer = log_in_with(&server, &ada, "channel", json!(channel)).await;
        let answer = answer.expect_problem(422, "validation_failed");
        assert_eq!(answer.body["errors"][0]["pointer"], "/channel");
        assert_eq!(answer.body["errors"][0]["code"], "not_allowed");
    }
    assert!(server.messages(&ada.phone_number).await.is_empty());
    let answer = log_in_with(&server, &ada, "channel", json!("call")).await.expect(200);
    assert_eq!(answer.body["challenge"]["channel"], "call");
    let message = server.messages(&ada.phone_number).await.remove(0);
    assert_eq!(message["channel"], "call");
    let code = server.code(&ada.phone_number).await;
    server.password_ok_of(&answer).verify(&code).await.expect(200);
}

#[tokio::test]
async fn configuration_chooses_the_channels() {
    let launch = Launch::dev().variable("COUNTERSIGN__CODES__CHANNELS", "whatsapp,call");
    let server = launch.start().await;
    let ada = Person::ada();
    server.sign_up(&ada).await;
    log_in_with(&server, &ada, "channel", json!("sms")).await.expect_problem(422, "validation_failed");
    let answer = server.guest().log_in(&ada).await.expect(200);
    assert_eq!(answer.body["challenge"]["channel"], "whatsapp");
    assert_eq!(answer.body["challenge"]["channels"], json!(["whatsapp", "call"]));
    assert_eq!(server.messages(&ada.phone_number).await[0]["channel"], "whatsapp");
}

#[tokio::test]
async fn locale_field_wins_over_accept_language() {
    let server = Server::dev().await;
    let ada = Person::ada();
    server.sign_up(&ada).await;
    let with = |locale: &str| {
        let mut body = ada.log_in_body();
        body["locale"] = json!(locale);
        body
    };
    assert_eq!(language(&server, &ada, "fr-CH, fr;q=0.9, en;q=0.8", ada.log_in_body()).await, "fr");
    assert_eq!(language(&server, &ada, "eo, de;q=0.3, hi;q=0.7", ada.log_in_body()).await, "hi");
    assert_eq!(language(&server, &ada, "fr", with("pt-BR")).await, "pt-BR");
    assert_eq!(language(&server, &ada, "\u{1f600}, ;;q=x,*", ada.log_in_body()).await, "en");
    log_in_with(&server, &ada, "locale", json!("de_DE")).await.expect_problem(422, "validation_failed");
    // An unsupported language falls back to a default and is no error.
    log_in_with(&server, &ada, "locale", json!("eo")).await.expect(200);
}

#[tokio::test]
async fn text_message_ends_with_the_hash_of_a_known_android_app() {
    let launch = Launch::dev().variable("COUNTERSIGN__CODES__ANDROID_APP_HASHES", "FA+9qCX9VSu, He42w354ol9");
    let server = launch.start().await;
    let ada = Person::ada();
    server.sign_up(&ada).await;
    let strange = log_in_with(&server, &ada, "app_hash", json!("FA+9qCX9VSv")).await.expect(422);
    assert_eq!(strange.body["errors"][0]["code"], "not_allowed");
    let malformed = log_in_with(&server, &ada, "app_hash", json!("FA+9qCX9VS")).await.expect(422);
    assert_eq!(malformed.body["errors"][0]["code"], "invalid_format");
    log_in_with(&server, &ada, "app_hash", json!("He42w354ol9")).await.expect(200);
    let body = server.messages(&ada.phone_number).await[0]["body"].as_str().unwrap().to_owned();
    assert!(body.starts_with("<#> ") && body.ends_with(" He42w354ol9"), "{body}");
    // An app cannot read a call, but asking for it is no error.
    let mut body = ada.log_in_body();
    (body["app_hash"], body["channel"]) = (json!("He42w354ol9"), json!("call"));
    server.guest().log_in_with(body).await.expect(200);
}

/// Threats: b12.
#[tokio::test]
async fn caller_cannot_choose_where_the_code_goes() {
    let server = Server::dev().await;
    let ada = Person::ada();
    server.sign_up(&ada).await;
    for field in ["to", "phone_number", "phone", "user_id", "is_admin"] {
        let answer = log_in_with(&server, &ada, field, json!("+12025550199")).await.expect(422);
        assert_eq!(answer.body["errors"][0]["code"], "unknown_field");
    }
    assert!(server.messages("+12025550199").await.is_empty());
    server.log_in(&ada).await;
}

#[tokio::test]
async fn valid_token_must_log_out_before_sign_up_or_log_in() {
    let server = Server::dev().await;
    let ada = Person::ada();
    let password_ok = server.password_ok(&ada).await;
    let refuses = async |caller: Guest| {
        caller.log_in(&ada).await.expect_problem(409, "already_authenticated");
        caller.sign_up(&Person::other(1)).await.expect_problem(409, "already_authenticated");
    };
    refuses(password_ok.as_guest()).await;
    let code = server.code(&ada.phone_number).await;
    let access = password_ok.open_session(&code).await;
    refuses(access.as_guest()).await;
    // The password is not even checked.
    let wrong = ada.with_password("x");
    access.as_guest().log_in(&wrong).await.expect_problem(409, "already_authenticated");
    assert_eq!(server.database.number("SELECT count(*) FROM users").await, 1);
    assert_eq!(server.database.number("SELECT count(*) FROM challenges").await, 1);

    access.log_out().await.expect(204);
    access.as_guest().log_in(&ada).await.expect(200);
}

#[tokio::test]
async fn invalid_token_does_not_prevent_a_log_in() {
    let server = Server::dev().await;
    let ada = Person::ada();
    let password_ok = server.password_ok(&ada).await;
    server.advance(595).await;
    password_ok.as_guest().log_in(&ada).await.expect(409);
    server.advance(15).await;
    for token in [password_ok.token(), "garbage"] {
        server.guest().bearer(token).log_in(&ada).await.expect(200);
    }
    let access = server.another_session(&ada).await;
    server.advance(910).await;
    access.as_guest().sign_up(&Person::other(1)).await.expect(201);
}

/// Threats: a42.
#[tokio::test]
async fn hash_with_old_parameters_is_replaced_at_the_next_log_in() {
    let twilio = Twilio::start().await;
    let ada = Person::ada();
    let before = twilio.launch().start().await;
    before.sign_up(&ada).await;
    let hash = "SELECT password_hash FROM users";
    let old = before.database.value(hash).await;
    assert!(old.starts_with("$argon2id$v=19$m=1024,t=1,p=1$"), "{old}");
    before.log_in(&ada).await;
    assert_eq!(before.database.value(hash).await, old);

    let after = twilio
        .launch()
        .database(&before.database)
        .variable("COUNTERSIGN__PASSWORDS__MEMORY_KIB", "2048")
        .variable("COUNTERSIGN__PASSWORDS__ITERATIONS", "2");
    let after = after.start().await;
    let wrong = ada.with_password("incorrect horse");
    after.guest().log_in(&wrong).await.expect_problem(401, "invalid_credentials");
    assert_eq!(after.database.value(hash).await, old);
    after.log_in(&ada).await;
    let new = after.database.value(hash).await;
    assert!(new.starts_with("$argon2id$v=19$m=2048,t=2,p=1$"), "{new}");
    // Both servers still accept the password.
    after.log_in(&ada).await;
    assert_eq!(after.database.value(hash).await, new);
    before.guest().log_in(&wrong).await.expect_problem(401, "invalid_credentials");
    before.log_in(&ada).await;
}

/// Threats: a43.
#[tokio::test]
async fn stored_hash_cannot_demand_four_gibibytes() {
    let server = Server::dev().await;
    let ada = Person::ada();
    server.sign_up(&ada).await;
    server.sign_up(&Person::other(1)).await;
    server
        .database
        .execute(
            "UPDATE users SET password_hash = '$argon2id$v=19$m=4194304,t=2,p=1$c29tZXNhbHRzb21lc2FsdA$\
             MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE' WHERE username = 'ada'",
        )
        .await;
    server.guest().log_in(&ada).await.expect_problem(500, "internal");
    server.log_in(&Person::other(1)).await;
}

#[tokio::test]
async fn five_of_ten_parallel_log_ins_get_a_code() {
    let server = Server::dev().await;
    let ada = Person::ada();
    server.sign_up(&ada).await;
    let answers = at_once((0..10).map(|_| server.guest().log_in(&ada))).await;
    assert_eq!(count(&answers, 200, None), 5);
    assert_eq!(count(&answers, 429, Some("too_many_attempts")), 5);
    assert_eq!(server.messages(&ada.phone_number).await.len(), 5);
    // All log-ins share one code, which opens one session.
    let logged_in = answers.iter().filter(|answer| answer.status == 200);
    let callers: Vec<PasswordOk> = logged_in.map(|answer| server.password_ok_of(answer)).collect();
    let code = server.code(&ada.phone_number).await;
    let answers = at_once(callers.iter().map(|caller| caller.verify(&code))).await;
    assert_eq!(count(&answers, 200, None), 1);
    assert_eq!(server.database.number("SELECT count(*) FROM sessions").await, 1);
}
