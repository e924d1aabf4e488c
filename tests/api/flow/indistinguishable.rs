//! An unknown email address and a wrong password cannot be told apart: neither by the answer nor by the work
//! that it took.

use std::collections::BTreeSet;
use std::time::Instant;

use reqwest::Method;
use serde_json::{Value, json};

use crate::harness::{Answer, Launch, Person, Server, at_once};

/// Tries to log in. The log names the request by `request_id`.
async fn attempt(server: &Server, email: &str, password: &str, request_id: &str) -> Answer {
    let body = json!({ "email": email, "password": password });
    server.guest().header("x-request-id", request_id).log_in_with(body).await
}

fn without_request_id(answer: &Answer) -> Value {
    let mut body = answer.body.clone();
    assert!(body.as_object_mut().unwrap().remove("request_id").is_some());
    body
}

fn header_names(answer: &Answer) -> BTreeSet<String> {
    answer.headers.keys().map(ToString::to_string).collect()
}

/// Threats: a27, b27.
#[tokio::test]
async fn unknown_email_and_wrong_password_get_the_same_answer() {
    let server = Server::dev().await;
    let ada = Person::ada();
    server.sign_up(&ada).await;
    let wrong = attempt(&server, &ada.email, "incorrect horse", "wrong").await;
    let unknown = attempt(&server, "eve@example.com", "incorrect horse", "other").await;
    let right_password = attempt(&server, "eve@example.com", &ada.password, "third").await;
    let wrong = wrong.expect_problem(401, "invalid_credentials");
    for other in [&unknown, &right_password] {
        assert_eq!(other.status, wrong.status);
        assert_eq!(without_request_id(other), without_request_id(&wrong));
        assert_eq!(other.text.len(), wrong.text.len());
        assert_eq!(header_names(other), header_names(&wrong));
        for name in ["www-authenticate", "content-type", "content-length", "cache-control"] {
            assert_eq!(other.header(name), wrong.header(name));
        }
    }
    let right = attempt(&server, &ada.email, &ada.password, "right").await.expect(200);
    assert_ne!(header_names(&right), header_names(&wrong));
}

/// Threats: a28, b28.
#[tokio::test]
async fn unknown_email_and_wrong_password_cost_the_same_argon2_work() {
    let launch = Launch::dev()
        .variable("COUNTERSIGN__LOG__LEVEL", "trace")
        .variable("COUNTERSIGN__PASSWORDS__MEMORY_KIB", "1536")
        .variable("COUNTERSIGN__PASSWORDS__ITERATIONS", "3");
    let mut server = launch.start().await;
    let ada = Person::ada();
    server.sign_up(&ada).await;
    for (email, password, request_id) in [
        (ada.email.as_str(), "incorrect horse", "wrong-password"),
        ("eve@example.com", "incorrect horse", "unknown-email"),
        (ada.email.as_str(), ada.password.as_str(), "right-password"),
        ("not-an-address", "incorrect horse", "no-email"),
    ] {
        attempt(&server, email, password, request_id).await;
    }
    // Parallel requests with the same email address are hashed separately.
    let known = ada.email.as_str();
    let unknown = "eve@example.com";
    for (email, ids) in [(known, ["hers-1", "hers-2"]), (unknown, ["unknown_token-1", "unknown_token-2"])] {
        at_once(ids.map(|id| attempt(&server, email, "incorrect horse", id))).await;
    }
    let log = server.process.kill();
    let work = |request_id: &str| -> Vec<String> {
        let lines = log.lines().filter(|line| line.contains(request_id) && line.contains("argon2"));
        lines.map(|line| line.split_once("argon2").unwrap().1.trim().to_owned()).collect()
    };
    assert_eq!(work("wrong-password"), ["memory_kib=1536 iterations=3"], "{log}");
    assert_eq!(work("unknown-email"), work("wrong-password"), "{log}");
    assert_eq!(work("right-password"), work("wrong-password"), "{log}");
    for request_id in ["hers-1", "hers-2", "unknown_token-1", "unknown_token-2"] {
        assert_eq!(work(request_id), work("wrong-password"), "{request_id}: {log}");
    }
    assert!(work("no-email").is_empty(), "{log}");
}

/// Measures the seconds of many attempts with one email address and with another. The attempts alternate, so
/// other load on the machine affects both.
async fn times(server: &Server, pairs: usize, one: &str, other: &str) -> [Vec<f64>; 2] {
    let mut times = [Vec::new(), Vec::new()];
    for pair in 0..pairs {
        for turn in 0..2 {
            let which = (pair + turn) % 2;
            let email = [one, other][which];
            let body = json!({ "email": email, "password": "incorrect horse" });
            let request = server.request(Method::POST, "/v1/users/login").json(&body);
            let began = Instant::now();
            request.send().await.unwrap().bytes().await.unwrap();
            times[which].push(began.elapsed().as_secs_f64());
        }
    }
    times
}

/// The share of pairs in which the first value is the longer one. 0.5: nothing tells the two apart.
fn longer([one, other]: &[Vec<f64>; 2]) -> f64 {
    let pairs = one.iter().flat_map(|one| other.iter().map(move |other| (one, other)));
    pairs.map(|(one, other)| f64::from(u8::from(one > other))).sum::<f64>() / (one.len() * other.len()) as f64
}

/// Threats: a28, b28.
#[tokio::test]
async fn unknown_email_and_wrong_password_take_the_same_time() {
    // The default limits would stop the guesses. Half the work of production is enough to hide the rest.
    let launch = Launch::dev()
        .limits(&[])
        .variable("COUNTERSIGN__PASSWORDS__MEMORY_KIB", "9728")
        .variable("COUNTERSIGN__PASSWORDS__ITERATIONS", "2");
    let server = launch.start().await;
    let ada = Person::ada();
    server.sign_up(&ada).await;
    // On a busy machine, chance can tell them apart too, but hardly three times in a row.
    let mut told_apart = Vec::new();
    while told_apart.last().is_none_or(|seen| !(0.35..=0.65).contains(seen)) {
        assert!(told_apart.len() < 3, "{told_apart:?}");
        told_apart.push(longer(&times(&server, 100, &ada.email, "eve@example.com").await));
    }
    // Control: a difference is detected if there is one. Text that is not an address is not hashed.
    let told_apart = longer(&times(&server, 30, &ada.email, "not-an-address").await);
    assert!(told_apart > 0.8, "{told_apart}");
}
