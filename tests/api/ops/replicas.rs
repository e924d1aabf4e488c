//! Several servers on one database behave like one server.

use std::sync::Arc;

use serde_json::json;

use crate::harness::{
    Database, Launch, Operation, Person, Server, TempDir, Twilio, at_once, count, wrong_code,
};

async fn kids(server: &Server) -> Vec<String> {
    let set = server.guest().jwks().await.expect(200);
    let keys = set.body["keys"].as_array().unwrap().clone();
    keys.iter().map(|key| key["kid"].as_str().unwrap().to_owned()).collect()
}

async fn two() -> (Twilio, Server, Server) {
    let twilio = Twilio::start().await;
    let first = twilio.launch().start().await;
    let second = twilio.launch().database(&first.database).start().await;
    (twilio, first, second)
}

/// Threats: c9.
#[tokio::test]
async fn flow_continues_on_another_replica() {
    let (_twilio, first, second) = two().await;
    let ada = Person::ada();
    assert_eq!((kids(&first).await.len(), kids(&first).await), (1, kids(&second).await));
    first.sign_up(&ada).await;
    second.guest().sign_up(&ada).await.expect_problem(409, "user_exists");
    let token = first.log_in(&ada).await;
    token.on(&second).as_guest().log_in(&ada).await.expect(409);
    let code = first.code(&ada.phone_number).await;
    let access = token.on(&second).open_session(&code).await;
    assert_eq!(token.verify(&code).await.expect(401).body["reason"], "spent");
    let me = access.on(&first).me().await.expect(200);
    let same = access.on(&second).me().await.expect(200);
    assert_eq!(me.body, same.body);
    access.on(&first).log_out().await.expect(204);
    assert_eq!(access.on(&second).me().await.expect(401).body["reason"], "logged_out");
}

/// Threats: c9.
#[tokio::test]
async fn session_is_refreshed_and_ended_on_either_replica() {
    let (_twilio, first, second) = two().await;
    let ada = Person::ada();
    let session = first.full_access(&ada).await;
    let access = session.on(&second).refreshed().await;
    // Both replicas answer a used token with the same new tokens.
    let again = session.refreshed().await;
    assert_eq!(again.token(), access.token());
    assert_eq!(again.refresh_token, access.refresh_token);
    access.on(&second).me().await.expect(200);
    let own = access.on(&first).listed_sessions().await;
    access.on(&first).end_session(own[0]["id"].as_str().unwrap()).await.expect(204);
    assert_eq!(access.on(&second).me().await.expect(401).body["reason"], "session_ended");
    let last = access.on(&second).refresh().await;
    last.expect_problem(401, "invalid_refresh_token");
}

/// Threats: c9.
#[tokio::test]
async fn challenge_takes_five_checks_over_all_replicas() {
    let (twilio, first, second) = two().await;
    let ada = Person::ada();
    let token = first.password_ok(&ada).await;
    let code = first.code(&ada.phone_number).await;
    let wrong = wrong_code(&code);
    let servers = [&first, &second];
    let answers = at_once((0..30).map(|number| token.on(servers[number % 2]).verify(&wrong))).await;
    assert_eq!(count(&answers, 422, Some("incorrect_code")), 5);
    // On PostgreSQL, a request that waits a second for a connection is answered 503 and checks nothing.
    let in_vain = count(&answers, 503, Some("not_ready"));
    assert_eq!(count(&answers, 429, Some("too_many_attempts")) + in_vain, 25);
    assert_eq!(twilio.requests(Operation::Check).len(), 5);
    for server in servers {
        token.on(server).verify(&code).await.expect_problem(429, "too_many_attempts");
    }
    assert_eq!(first.database.number("SELECT failed_checks FROM users").await, 5);
}

/// Threats: c9.
#[tokio::test]
async fn one_of_many_right_codes_on_two_replicas_opens_a_session() {
    let (_twilio, first, second) = two().await;
    let ada = Person::ada();
    let token = first.password_ok(&ada).await;
    let code = first.code(&ada.phone_number).await;
    let servers = [&first, &second];
    let answers = at_once((0..20).map(|number| token.on(servers[number % 2]).verify(&code))).await;
    assert_eq!(count(&answers, 200, None), 1);
    assert_eq!(first.database.number("SELECT count(*) FROM sessions").await, 1);
}

/// Threats: c9, c14.
#[tokio::test]
async fn one_of_many_sign_ups_on_two_replicas_succeeds() {
    let (_twilio, first, second) = two().await;
    let servers = [&first, &second];
    let people: Vec<Person> =
        (0..20).map(|number| Person { username: "ada".into(), ..Person::other(number) }).collect();
    let answers = at_once(
        people.iter().enumerate().map(|(number, person)| servers[number % 2].guest().sign_up(person)),
    )
    .await;
    assert_eq!((count(&answers, 201, None), count(&answers, 409, Some("username_taken"))), (1, 19));
}

/// Threats: c10.
#[tokio::test]
async fn six_parallel_starts_on_an_empty_database_share_one_key() {
    let directory = TempDir::new();
    let database = Arc::new(Database::fresh(directory.path()).await);
    let starting: Vec<_> = (0..6)
        .map(|_| {
            // This Twilio is never asked.
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
        server.guest().ready().await.expect(200);
        assert_eq!(kids(server).await, expected);
    }
    assert_eq!(database.number("SELECT count(*) FROM signing_keys").await, 1);
    assert_eq!(database.number("SELECT count(*) FROM deployment").await, 1);
}

#[tokio::test]
async fn database_of_another_secret_is_rejected() {
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
countersign: the signing keys in this database are encrypted with another"
        ),
        "{log}"
    );
    assert!(log.contains("COUNTERSIGN__TOKENS__SECRET"), "{log}");
    assert!(!log.contains("yet-another-secret"), "{log}");
    twilio.launch().database(&server.database).start().await;
}

/// No writer fails because the database is locked.
/// Threats: c9, c14.
#[tokio::test]
async fn fifty_parallel_writers_on_two_replicas_succeed() {
    let (_twilio, first, second) = two().await;
    let servers = [&first, &second];
    let mut sessions = Vec::new();
    for number in 0..10 {
        sessions.push(first.full_access(&Person::other(number)).await);
    }
    for round in 0..4 {
        let rename = |number: usize| {
            let body = json!({ "name": format!("Name {round} {number}") });
            sessions[number % 10].on(servers[number % 2]).update_profile(body)
        };
        let answers = at_once((0..50).map(rename)).await;
        assert_eq!(count(&answers, 200, None), 50, "{answers:?}");
    }
}
