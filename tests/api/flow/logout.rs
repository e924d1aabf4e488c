//! Log out: which sessions it ends, and that nothing can be gained by it.

use serde_json::json;

use crate::harness::{Access, Fault, Operation, Person, Server, Twilio, at_once, wrong_code};

async fn expect_logged_out(access: &Access) {
    for answer in [access.me().await, access.dashboard().await, access.log_out().await] {
        assert_eq!(answer.expect_problem(401, "invalid_token").body["reason"], "logged_out");
    }
    // Verify and resend check the token before they answer that no code is needed.
    access.as_password_ok().resend().await.expect_problem(401, "invalid_token");
    access.as_password_ok().verify("123456").await.expect_problem(401, "invalid_token");
}

/// Threats: a9, b18.
#[tokio::test]
async fn log_out_ends_the_callers_session_by_default() {
    let server = Server::dev().await;
    let ada = Person::ada();
    let first = server.full_access(&ada).await;
    let second = server.another_session(&ada).await;
    first.log_out_without_body().await.expect(204);
    expect_logged_out(&first).await;
    second.me().await.expect(200);
    second.log_out_of("current").await.expect(204);
    expect_logged_out(&second).await;
}

#[tokio::test]
async fn scope_others_ends_every_session_except_the_callers() {
    let server = Server::dev().await;
    let ada = Person::ada();
    let bob = Person::other(1);
    let first = server.full_access(&ada).await;
    let second = server.another_session(&ada).await;
    let third = server.another_session(&ada).await;
    let bob_caller = server.full_access(&bob).await;
    second.log_out_of("others").await.expect(204);
    expect_logged_out(&first).await;
    expect_logged_out(&third).await;
    second.me().await.expect(200);
    bob_caller.me().await.expect(200);
    assert_eq!(server.database.number("SELECT count(*) FROM sessions WHERE ended_at IS NULL").await, 2);
}

#[tokio::test]
async fn scope_all_ends_every_session() {
    let server = Server::dev().await;
    let ada = Person::ada();
    let bob = Person::other(1);
    let first = server.full_access(&ada).await;
    let second = server.another_session(&ada).await;
    let bob_caller = server.full_access(&bob).await;
    second.log_out_of("all").await.expect(204);
    expect_logged_out(&first).await;
    expect_logged_out(&second).await;
    bob_caller.me().await.expect(200);
    server.another_session(&ada).await;
}

#[tokio::test]
async fn one_of_twenty_parallel_log_outs_is_recorded() {
    let server = Server::dev().await;
    let access = server.full_access(&Person::ada()).await;
    for answer in at_once((0..20).map(|_| access.log_out())).await {
        assert!(answer.status == 204 || answer.body["reason"] == "logged_out", "{}", answer.text);
    }
    let recorded = "SELECT count(*) FROM activities WHERE kind = 'logged_out'";
    assert_eq!(server.database.number(recorded).await, 1);
}

#[tokio::test]
async fn unknown_scope_is_rejected() {
    let server = Server::dev().await;
    let ada = Person::ada();
    let access = server.full_access(&ada).await;
    for body in [json!({ "scope": "everything" }), json!({ "scope": true }), json!({ "sid": "x" })] {
        access.log_out_with(body).await.expect_problem(422, "validation_failed");
    }
    access.me().await.expect(200);
}

#[tokio::test]
async fn password_ok_token_cannot_end_sessions() {
    let server = Server::dev().await;
    let ada = Person::ada();
    let access = server.full_access(&ada).await;
    let password_ok = server.log_in(&ada).await;
    for scope in ["others", "all"] {
        let answer = password_ok.log_out_of(scope).await.expect_problem(401, "otp_required");
        assert!(answer.header("www-authenticate").contains("insufficient_user_authentication"));
    }
    access.me().await.expect(200);
    // The attempt has not cancelled the challenge either.
    let code = server.code(&ada.phone_number).await;
    password_ok.verify(&code).await.expect(200);
}

#[tokio::test]
async fn password_ok_token_cancels_its_challenge() {
    let server = Server::dev().await;
    let ada = Person::ada();
    let token = server.password_ok(&ada).await;
    let code = server.code(&ada.phone_number).await;
    token.log_out().await.expect(204);
    server.advance(30).await;
    for answer in [token.verify(&code).await, token.resend().await, token.log_out().await] {
        assert_eq!(answer.expect_problem(401, "invalid_token").body["reason"], "logged_out");
    }
    token.as_access().me().await.expect_problem(401, "invalid_token");
    assert_eq!(server.database.number("SELECT count(*) FROM sessions").await, 0);
    // The code was cancelled with the challenge.
    let token = server.log_in(&ada).await;
    let fresh = server.code(&ada.phone_number).await;
    assert_ne!(fresh, code);
    token.verify(&code).await.expect_problem(422, "incorrect_code");
    token.verify(&fresh).await.expect(200);
}

#[tokio::test]
async fn log_out_keeps_the_code_of_another_pending_log_in() {
    let server = Server::dev().await;
    let ada = Person::ada();
    server.sign_up(&ada).await;
    let first = server.log_in(&ada).await;
    let second = server.log_in(&ada).await;
    first.log_out().await.expect(204);
    let code = server.code(&ada.phone_number).await;
    second.verify(&code).await.expect(200);
}

/// Threats: b3.
#[tokio::test]
async fn log_out_between_guesses_gains_no_guesses() {
    let twilio = Twilio::start().await;
    let ada = Person::ada();
    let server = twilio.launch().start().await;
    server.sign_up(&ada).await;
    let mut counted = 0;
    let refused = loop {
        let answer = server.guest().log_in(&ada).await;
        if answer.status != 200 {
            break answer.expect_problem(429, "too_many_attempts");
        }
        let token = server.password_ok_of(&answer);
        let code = server.code(&ada.phone_number).await;
        for _ in 0..2 {
            let answer = token.verify(&wrong_code(&code)).await;
            counted += i64::from(answer.status == 422);
        }
        token.log_out().await.expect(204);
        assert!(twilio.guesses() <= 5, "{}", twilio.guesses());
    };
    assert!(refused.body["retry_after"].as_u64().unwrap() >= 1);
    assert_eq!((twilio.guesses(), counted), (5, 5));
    assert_eq!(server.database.number("SELECT failed_checks FROM users").await, 5);
}

#[tokio::test]
async fn log_out_during_a_check_prevents_the_session() {
    let twilio = Twilio::start().await;
    let ada = Person::ada();
    let server = twilio.launch().start().await;
    let token = server.password_ok(&ada).await;
    let code = server.code(&ada.phone_number).await;
    let (fault, let_go) = Fault::held();
    twilio.inject_fault(Operation::Check, fault);
    let log_out = async {
        twilio.wait_for(Operation::Check, 1).await;
        token.log_out().await.expect(204);
        let_go.notify_one();
    };
    let (answer, ()) = futures_util::future::join(token.verify(&code), log_out).await;
    assert_eq!(answer.expect_problem(401, "invalid_token").body["reason"], "logged_out");
    assert_eq!(server.database.number("SELECT count(*) FROM sessions").await, 0);
    server.another_session(&ada).await;
}

/// Threats: a9, b18.
#[tokio::test]
async fn no_token_of_an_ended_session_works_after_a_restart() {
    let twilio = Twilio::start().await;
    let ada = Person::ada();
    let mut killed = twilio.launch().start().await;
    let pending = killed.password_ok(&ada).await;
    let code = killed.code(&ada.phone_number).await;
    let first = pending.open_session(&code).await;
    let own = killed.another_session(&ada).await;
    let second = first.refreshed().await;
    second.log_out().await.expect(204);
    let opens_nothing = async |server: &Server| {
        own.on(server).me().await.expect(200);
        for access in [&first, &second] {
            access.on(server).me().await.expect_problem(401, "invalid_token");
            // If the session were active, the previous token would still get an answer.
            let answer = access.on(server).refresh().await;
            assert_eq!(answer.expect_problem(401, "invalid_refresh_token").body["reason"], "logged_out");
        }
        for other in [pending.token(), own.token()] {
            server.guest().refresh(other).await.expect_problem(401, "invalid_refresh_token");
        }
        pending.on(server).verify(&code).await.expect_problem(401, "invalid_token");
    };
    opens_nothing(&killed).await;
    killed.process.kill();
    opens_nothing(&twilio.launch().database(&killed.database).start().await).await;
}
