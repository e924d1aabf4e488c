//! An account ends: all of it, at once, and whoever comes next is somebody else.

use reqwest::Method;
use serde_json::{Value, json};

use crate::harness::{Answer, Launch, Person, Server, Twilio, at_once, claims, count};

impl Server {
    async fn delete_account(&self, access: &str, password: &str) -> Answer {
        self.ask(Method::DELETE, "/v1/users/me", access, json!({ "password": password })).await
    }
}

const TABLES: [&str; 4] = ["users", "challenges", "sessions", "activities"];

async fn rows(server: &Server) -> [i64; 4] {
    let mut rows = [0; 4];
    for (count, table) in rows.iter_mut().zip(TABLES) {
        *count = server.database.number(&format!("SELECT count(*) FROM {table}")).await;
    }
    rows
}

#[tokio::test]
async fn a47_b19_b46_the_user_and_all_that_hangs_on_them_is_gone_and_nobody_else() {
    let (server, ada, bob) = (Server::dev().await, Person::ada(), Person::other(1));
    let bobs = server.full_access(&bob).await.text_of("access_token");
    let before = rows(&server).await;
    let other = server.full_access(&ada).await;
    let access = server.another_session(&ada).await.text_of("access_token");
    let pending = server.log_in(&ada).await;
    let forgot = server.post("/v1/users/password/forgot", None, json!({ "email": ada.email })).await;
    let (reset_token, mailed) = (forgot.expect(202).text_of("reset_token"), server.code(&ada.email).await);
    server.delete_account(&access, &ada.password).await.expect(204);
    assert_eq!(rows(&server).await, before);
    server.me(&bobs).await.expect(200);

    for token in [&access, &other.text_of("access_token"), &pending] {
        let answer = server.log_out(token).await.expect_problem(401, "invalid_token");
        assert_eq!(answer.body["reason"], "session_ended");
    }
    let body = json!({ "refresh_token": other.text_of("refresh_token") });
    server.post("/v1/users/refresh", None, body).await.expect_problem(401, "invalid_refresh_token");
    server.try_log_in(&ada).await.expect_problem(401, "invalid_credentials");

    // Email address, username and number are free, and whoever takes them is somebody else.
    let newcomer = server.full_access(&ada).await.text_of("access_token");
    assert_ne!(claims(&newcomer)["sub"], claims(&access)["sub"]);
    server.me(&access).await.expect_problem(401, "invalid_token");
    let reset =
        json!({ "reset_token": reset_token, "code": mailed, "new_password": "wobbly umbrella quartz" });
    let reset = server.post("/v1/users/password/reset", None, reset).await;
    assert!([410, 422].contains(&reset.status), "{}", reset.text);
    assert_eq!(server.recent_activity(&newcomer).await, ["verified", "logged_in", "signed_up"]);
    server.log_in(&ada).await;
}

#[tokio::test]
async fn a12_without_the_password_nothing_is_deleted() {
    let (server, ada) = (Server::dev().await, Person::ada());
    let access = server.full_access(&ada).await.text_of("access_token");
    let before = rows(&server).await;
    for wrong in ["x", "correct horse battery stapl"] {
        server.delete_account(&access, wrong).await.expect_problem(401, "invalid_credentials");
    }
    let body = |body: Value| server.ask(Method::DELETE, "/v1/users/me", &access, body);
    for wrong in [json!({}), json!({ "password": 1 }), json!({ "password": "" }), json!({ "sure": "yes" })] {
        body(wrong).await.expect_problem(422, "validation_failed");
    }
    body(json!([])).await.expect_problem(400, "malformed_request");
    let empty = server.request(Method::DELETE, "/v1/users/me").bearer_auth(&access);
    server.send(empty).await.expect_problem(415, "unsupported_media_type");
    server.me(&access).await.expect(200);
    assert_eq!(rows(&server).await, before);
}

#[tokio::test]
async fn a47_another_replica_refuses_the_tokens_at_the_next_request() {
    let (twilio, ada) = (Twilio::start().await, Person::ada());
    let first = twilio.launch().start().await;
    let second = twilio.launch().database(&first.database).start().await;
    let access = first.full_access(&ada).await.text_of("access_token");
    second.me(&access).await.expect(200);
    first.delete_account(&access, &ada.password).await.expect(204);
    second.me(&access).await.expect_problem(401, "invalid_token");
    second.sign_up(&ada).await;
}

#[tokio::test]
async fn of_many_at_once_one_deletes_and_the_others_find_nobody() {
    let (server, ada) = (Server::dev().await, Person::ada());
    let access = server.full_access(&ada).await.text_of("access_token");
    let answers = at_once((0..8).map(|_| server.delete_account(&access, &ada.password))).await;
    assert_eq!((count(&answers, 204, None), count(&answers, 401, Some("invalid_token"))), (1, 7));
    assert_eq!(rows(&server).await, [0; 4]);
}

/// Whatever the user does elsewhere at this moment is refused in an orderly way, and leaves nothing behind.
#[tokio::test]
async fn what_runs_at_the_same_time_leaves_nothing_behind() {
    let launch = Launch::dev().variable("COUNTERSIGN__PASSWORDS__MEMORY_KIB", "64");
    let server = launch.start().await;
    for number in 0..10 {
        let person = Person::other(number);
        let access = server.full_access(&person).await.text_of("access_token");
        let refresh =
            json!({ "refresh_token": server.another_session(&person).await.text_of("refresh_token") });
        let pending = server.log_in(&person).await;
        let code = server.code(&person.phone_number).await;
        let change = json!({ "name": "Somebody" });
        let (deleted, log_in, verified, resent, logged_out, refreshed, changed) = tokio::join!(
            server.delete_account(&access, &person.password),
            server.try_log_in(&person),
            server.verify(&pending, &code),
            server.resend(&pending),
            server.post("/v1/users/logout", Some(&access), json!({ "scope": "others" })),
            server.post("/v1/users/refresh", None, refresh),
            server.ask(Method::PATCH, "/v1/users/me", &access, change),
        );
        deleted.expect(204);
        for answer in [log_in, verified, resent, logged_out, refreshed, changed] {
            assert!(answer.status < 500, "{}", answer.text);
        }
        assert_eq!(rows(&server).await, [0; 4]);
    }
}
