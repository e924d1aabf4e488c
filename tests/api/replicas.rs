//! Several servers on one database are one server.

use std::sync::Arc;

use reqwest::Method;
use serde_json::json;

use crate::harness::{
    Database, Launch, Operation, Person, Server, TempDir, Twilio, at_once, count, wrong_code,
};

async fn kids(server: &Server) -> Vec<String> {
    let set = server.get("/.well-known/jwks.json", None).await.expect(200);
    let keys = set.body["keys"].as_array().unwrap().clone();
    keys.iter().map(|key| key["kid"].as_str().unwrap().to_owned()).collect()
}

async fn two() -> (Twilio, Server, Server) {
    let twilio = Twilio::start().await;
    let first = twilio.launch().start().await;
    let second = twilio.launch().database(&first.database).start().await;
    (twilio, first, second)
}

#[tokio::test]
async fn c9_what_began_on_one_goes_on_on_the_other() {
    let ((_twilio, first, second), ada) = (two().await, Person::ada());
    assert_eq!((kids(&first).await.len(), kids(&first).await), (1, kids(&second).await));
    first.sign_up(&ada).await;
    second.try_sign_up(&ada).await.expect_problem(409, "user_exists");
    let token = first.log_in(&ada).await;
    second.post("/v1/users/login", Some(&token), ada.log_in_body()).await.expect(409);
    let code = first.code(&ada.phone_number).await;
    let access = second.verify(&token, &code).await.expect(200).text_of("access_token");
    assert_eq!(first.verify(&token, &code).await.expect(401).body["reason"], "spent");
    let (me, same) = (first.me(&access).await.expect(200), second.me(&access).await.expect(200));
    assert_eq!(me.body, same.body);
    first.log_out(&access).await.expect(204);
    assert_eq!(second.me(&access).await.expect(401).body["reason"], "logged_out");
}

#[tokio::test]
async fn c9_a_session_is_refreshed_and_ended_on_either() {
    let ((_twilio, first, second), ada) = (two().await, Person::ada());
    let token = first.full_access(&ada).await.text_of("refresh_token");
    let refresh = async |server: &Server, token: &str| {
        server.post("/v1/users/refresh", None, json!({ "refresh_token": token })).await
    };
    let tokens = refresh(&second, &token).await.expect(200);
    let access = tokens.text_of("access_token");
    // Both answer a token that was used with the very same tokens.
    let again = refresh(&first, &token).await.expect(200);
    assert_eq!(again.text_of("access_token"), access);
    assert_eq!(again.text_of("refresh_token"), tokens.text_of("refresh_token"));
    second.me(&access).await.expect(200);
    let own = first.get("/v1/users/me/sessions", Some(&access)).await.expect(200);
    let path = format!("/v1/users/me/sessions/{}", own.body["sessions"][0]["id"].as_str().unwrap());
    first.send(first.request(Method::DELETE, &path).bearer_auth(&access)).await.expect(204);
    assert_eq!(second.me(&access).await.expect(401).body["reason"], "session_ended");
    let last = refresh(&second, &tokens.text_of("refresh_token")).await;
    last.expect_problem(401, "invalid_refresh_token");
}

#[tokio::test]
async fn c9_a_challenge_takes_five_checks_over_all_of_them() {
    let ((twilio, first, second), ada) = (two().await, Person::ada());
    let token = first.password_ok(&ada).await;
    let code = first.code(&ada.phone_number).await;
    let wrong = wrong_code(&code);
    let servers = [&first, &second];
    let answers = at_once((0..30).map(|number| servers[number % 2].verify(&token, &wrong))).await;
    assert_eq!(count(&answers, 422, Some("incorrect_code")), 5);
    // Whoever has waited a second for a connection has guessed nothing either.
    let in_vain = count(&answers, 503, Some("not_ready"));
    assert_eq!(count(&answers, 429, Some("too_many_attempts")) + in_vain, 25);
    assert_eq!(twilio.asked(Operation::Check).len(), 5);
    for server in servers {
        server.verify(&token, &code).await.expect_problem(429, "too_many_attempts");
    }
    assert_eq!(first.database.number("SELECT failed_checks FROM users").await, 5);
}

#[tokio::test]
async fn c9_of_many_right_codes_on_both_one_opens_a_session() {
    let ((_twilio, first, second), ada) = (two().await, Person::ada());
    let token = first.password_ok(&ada).await;
    let code = first.code(&ada.phone_number).await;
    let servers = [&first, &second];
    let answers = at_once((0..20).map(|number| servers[number % 2].verify(&token, &code))).await;
    assert_eq!(count(&answers, 200, None), 1);
    assert_eq!(first.database.number("SELECT count(*) FROM sessions").await, 1);
}

#[tokio::test]
async fn c9_c14_of_many_sign_ups_on_both_one_wins() {
    let (_twilio, first, second) = two().await;
    let servers = [&first, &second];
    let people: Vec<Person> =
        (0..20).map(|number| Person { username: "ada".into(), ..Person::other(number) }).collect();
    let answers =
        at_once(people.iter().enumerate().map(|(number, person)| servers[number % 2].try_sign_up(person)))
            .await;
    assert_eq!((count(&answers, 201, None), count(&answers, 409, Some("username_taken"))), (1, 19));
}

#[tokio::test]
async fn c10_six_that_start_at_once_on_an_empty_database_have_one_key() {
    let directory = TempDir::new();
    let database = Arc::new(Database::fresh(directory.path()).await);
    let starting: Vec<_> = (0..6)
        .map(|_| {
            // Nobody asks this Twilio anything.
            let launch = Launch::serve("http://127.0.0.1:9").database(&database);
            let runtime = tokio::runtime::Handle::current();
            tokio::task::spawn_blocking(move || runtime.block_on(launch.try_start()))
        })
        .collect();
    let mut servers = Vec::new();
    for server in starting {
        servers.push(server.await.unwrap().unwrap());
    }
    let expected = kids(&servers[0]).await;
    assert_eq!(expected.len(), 1);
    for server in &servers {
        server.get("/health/ready", None).await.expect(200);
        assert_eq!(kids(server).await, expected);
    }
    assert_eq!(database.number("SELECT count(*) FROM signing_keys").await, 1);
    assert_eq!(database.number("SELECT count(*) FROM deployment").await, 1);
}

#[tokio::test]
async fn another_secret_does_not_open_the_database() {
    let twilio = Twilio::start().await;
    let server = twilio.launch().start().await;
    let other = twilio
        .launch()
        .database(&server.database)
        .variable("COUNTERSIGN__TOKENS__SECRET", "yet-another-secret-0123456789-abcdef-ghij");
    let log = other.try_start().await.err().unwrap();
    assert!(
        log.contains(
            "
countersign: the signing keys in this database were sealed with another"
        ),
        "{log}"
    );
    assert!(log.contains("COUNTERSIGN__TOKENS__SECRET"), "{log}");
    assert!(!log.contains("yet-another-secret"), "{log}");
    twilio.launch().database(&server.database).start().await;
}

/// Nobody is told that the database is locked, however many write.
#[tokio::test]
async fn c9_c14_fifty_writers_on_both_all_succeed() {
    let (_twilio, first, second) = two().await;
    let servers = [&first, &second];
    let mut tokens = Vec::new();
    for number in 0..10 {
        tokens.push(first.full_access(&Person::other(number)).await.text_of("access_token"));
    }
    for round in 0..4 {
        let rename = |number: usize| {
            let body = json!({ "name": format!("Name {round} {number}") });
            servers[number % 2].ask(Method::PATCH, "/v1/users/me", &tokens[number % 10], body)
        };
        let answers = at_once((0..50).map(rename)).await;
        assert_eq!(count(&answers, 200, None), 50, "{answers:?}");
    }
}
