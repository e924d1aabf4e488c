//! Deletion: it removes all rows of a user at once, and the next owner of the values is a new user.

use reqwest::Method;
use serde_json::json;

use crate::harness::{Launch, Person, Server, Twilio, at_once, claims, count};

const TABLES: [&str; 4] = ["users", "challenges", "sessions", "activities"];

async fn rows(server: &Server) -> [i64; 4] {
    let mut rows = [0; 4];
    for (count, table) in rows.iter_mut().zip(TABLES) {
        *count = server.database.number(&format!("SELECT count(*) FROM {table}")).await;
    }
    rows
}

/// Threats: a47, b19, b46.
#[tokio::test]
async fn deletion_removes_the_user_and_nothing_of_other_users() {
    let server = Server::dev().await;
    let ada = Person::ada();
    let bob = Person::other(1);
    let bob_caller = server.full_access(&bob).await;
    let before = rows(&server).await;
    let other = server.full_access(&ada).await;
    let access = server.another_session(&ada).await;
    let pending = server.log_in(&ada).await;
    let forgot = server.guest().forgot_password(&ada.email).await;
    let reset_token = forgot.expect(202).text_of("reset_token");
    let mailed = server.code(&ada.email).await;
    access.delete_account(&ada.password).await.expect(204);
    assert_eq!(rows(&server).await, before);
    bob_caller.me().await.expect(200);

    for token in [access.token(), other.token(), pending.token()] {
        let answer = server.with_access(token).log_out().await.expect_problem(401, "invalid_token");
        assert_eq!(answer.body["reason"], "session_ended");
    }
    other.refresh().await.expect_problem(401, "invalid_refresh_token");
    server.guest().log_in(&ada).await.expect_problem(401, "invalid_credentials");

    // Email address, username and number are free. Another person who takes them is another user.
    let newcomer = server.full_access(&ada).await;
    assert_ne!(claims(newcomer.token())["sub"], claims(access.token())["sub"]);
    access.me().await.expect_problem(401, "invalid_token");
    let reset = server.guest().reset_password(&reset_token, &mailed, "wobbly umbrella quartz").await;
    assert!([410, 422].contains(&reset.status), "{}", reset.text);
    assert_eq!(newcomer.recent_activity().await, ["verified", "logged_in", "signed_up"]);
    server.log_in(&ada).await;
}

/// Threats: a12.
#[tokio::test]
async fn deletion_needs_the_password() {
    let server = Server::dev().await;
    let ada = Person::ada();
    let access = server.full_access(&ada).await;
    let before = rows(&server).await;
    for wrong in ["x", "correct horse battery stapl"] {
        access.delete_account(wrong).await.expect_problem(401, "invalid_credentials");
    }
    for wrong in [json!({}), json!({ "password": 1 }), json!({ "password": "" }), json!({ "sure": "yes" })] {
        access.delete_account_with(wrong).await.expect_problem(422, "validation_failed");
    }
    access.delete_account_with(json!([])).await.expect_problem(400, "malformed_request");
    let empty = server.request(Method::DELETE, "/v1/users/me").bearer_auth(access.token());
    server.send(empty).await.expect_problem(415, "unsupported_media_type");
    access.me().await.expect(200);
    assert_eq!(rows(&server).await, before);
}

/// Threats: a47.
#[tokio::test]
async fn another_replica_rejects_tokens_of_a_deleted_user() {
    let twilio = Twilio::start().await;
    let ada = Person::ada();
    let first = twilio.launch().start().await;
    let second = twilio.launch().database(&first.database).start().await;
    let access = first.full_access(&ada).await;
    access.on(&second).me().await.expect(200);
    access.delete_account(&ada.password).await.expect(204);
    access.on(&second).me().await.expect_problem(401, "invalid_token");
    second.sign_up(&ada).await;
}

#[tokio::test]
async fn one_of_many_parallel_deletions_succeeds() {
    let server = Server::dev().await;
    let ada = Person::ada();
    let access = server.full_access(&ada).await;
    let answers = at_once((0..8).map(|_| access.delete_account(&ada.password))).await;
    assert_eq!((count(&answers, 204, None), count(&answers, 401, Some("invalid_token"))), (1, 7));
    assert_eq!(rows(&server).await, [0; 4]);
}

/// Parallel requests of the user are rejected with a client error and leave no rows behind.
#[tokio::test]
async fn requests_during_a_deletion_leave_no_rows_behind() {
    let launch = Launch::dev().variable("COUNTERSIGN__PASSWORDS__MEMORY_KIB", "64");
    let server = launch.start().await;
    for number in 0..10 {
        let person = Person::other(number);
        let access = server.full_access(&person).await;
        let other = server.another_session(&person).await;
        let pending = server.log_in(&person).await;
        let code = server.code(&person.phone_number).await;
        let change = json!({ "name": "Another Name" });
        let (deleted, log_in, verified, resent, logged_out, refreshed, changed) = tokio::join!(
            access.delete_account(&person.password),
            server.guest().log_in(&person),
            pending.verify(&code),
            pending.resend(),
            access.log_out_of("others"),
            other.refresh(),
            access.update_profile(change),
        );
        deleted.expect(204);
        for answer in [log_in, verified, resent, logged_out, refreshed, changed] {
            assert!(answer.status < 500, "{}", answer.text);
        }
        assert_eq!(rows(&server).await, [0; 4]);
    }
}
