//! More log-ins than the server can hash: the surplus is rejected, and other requests are not affected.

use serde_json::json;

use crate::harness::{Answer, Launch, Person, Server, at_once, count};

/// Hashes one password at a time, slowly, and lets one wait. All other limits are off.
fn slow() -> Launch {
    Launch::dev()
        .limits(&[])
        .variable("COUNTERSIGN__PASSWORDS__THREADS", "1")
        .variable("COUNTERSIGN__PASSWORDS__QUEUE", "1")
        .variable("COUNTERSIGN__PASSWORDS__MEMORY_KIB", "65536")
        .variable("COUNTERSIGN__PASSWORDS__ITERATIONS", "4")
}

async fn log_in(server: &Server, email: &str) -> Answer {
    let body = json!({ "email": email, "password": "incorrect horse" });
    server.guest().log_in_with(body).await
}

/// Threats: a83, c6.
#[tokio::test]
async fn full_queue_answers_503_with_retry_after() {
    let server = slow().start().await;
    let ada = Person::ada();
    server.sign_up(&ada).await;
    let (answers, live) = futures_util::future::join(
        at_once((0..16).map(|_| log_in(&server, &ada.email))),
        at_once((0..16).map(|_| server.guest().live())),
    )
    .await;
    let looked_at = count(&answers, 401, Some("invalid_credentials"));
    let refused = count(&answers, 503, Some("overloaded"));
    assert_eq!(looked_at + refused, 16);
    // One is hashed and one waits. Timing decides whether more fit in.
    assert!(looked_at >= 1 && refused >= 1, "{looked_at} {refused}");
    let reported = answers.iter().find(|answer| answer.status == 503).unwrap();
    assert_eq!((&reported.body["retry_after"], reported.header("retry-after")), (&json!(1), "1"));
    assert_eq!(count(&live, 200, None), 16);
    server.log_in(&ada).await;
}

/// Threats: a35, c6.
#[tokio::test]
async fn requests_without_a_hash_are_not_affected_by_overload() {
    let server = slow().start().await;
    let ada = Person::ada();
    let access = server.full_access(&ada).await;
    let strangers: Vec<String> = (0..16).map(|number| format!("eve-{number}@example.com")).collect();
    let (answers, me) = futures_util::future::join(
        at_once(strangers.iter().map(|email| log_in(&server, email))),
        at_once((0..16).map(|_| access.me())),
    )
    .await;
    // The queue is full for known and unknown users alike.
    assert!(count(&answers, 503, Some("overloaded")) >= 1);
    assert!(count(&answers, 401, Some("invalid_credentials")) >= 1);
    assert_eq!(count(&me, 200, None), 16);
    access.log_out().await.expect(204);
}

/// Threats: a76.
#[tokio::test]
async fn sign_up_that_is_overloaded_creates_no_user() {
    let server = slow().start().await;
    let people: Vec<Person> = (0..16).map(Person::other).collect();
    let answers = at_once(people.iter().map(|person| server.guest().sign_up(person))).await;
    let made = count(&answers, 201, None);
    let refused = count(&answers, 503, Some("overloaded"));
    assert!(made >= 1 && refused >= 1 && made + refused == 16, "{made} {refused}");
    let users = server.database.number("SELECT count(*) FROM users").await;
    assert_eq!(users, i64::try_from(made).unwrap());
}
