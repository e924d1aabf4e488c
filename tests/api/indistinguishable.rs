//! An unknown email address and a wrong password: nothing that an answer holds, and no work that it took, tells
//! which it was.

use std::collections::BTreeSet;

use reqwest::Method;
use serde_json::{Value, json};

use crate::harness::{Answer, Launch, Person, Server};

/// Tries to log in; `request_id` names the request in the log.
async fn attempt(server: &Server, email: &str, password: &str, request_id: &str) -> Answer {
    let request = server.request(Method::POST, "/v1/users/login").header("x-request-id", request_id);
    server.send(request.json(&json!({ "email": email, "password": password }))).await
}

fn without_request_id(answer: &Answer) -> Value {
    let mut body = answer.body.clone();
    assert!(body.as_object_mut().unwrap().remove("request_id").is_some());
    body
}

fn header_names(answer: &Answer) -> BTreeSet<String> {
    answer.headers.keys().map(ToString::to_string).collect()
}

#[tokio::test]
async fn unknown_email_and_wrong_password_get_the_same_answer() {
    let (server, ada) = (Server::dev().await, Person::ada());
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

#[tokio::test]
async fn unknown_email_and_wrong_password_cost_the_same_argon2_work() {
    let launch = Launch::dev()
        .variable("COUNTERSIGN__LOG__LEVEL", "trace")
        .variable("COUNTERSIGN__PASSWORDS__MEMORY_KIB", "1536")
        .variable("COUNTERSIGN__PASSWORDS__ITERATIONS", "3");
    let (mut server, ada) = (launch.start().await, Person::ada());
    server.sign_up(&ada).await;
    for (email, password, request_id) in [
        (ada.email.as_str(), "incorrect horse", "wrong-password"),
        ("eve@example.com", "incorrect horse", "unknown-email"),
        (ada.email.as_str(), ada.password.as_str(), "right-password"),
        ("not-an-address", "incorrect horse", "no-email"),
    ] {
        attempt(&server, email, password, request_id).await;
    }
    let log = server.process.kill();
    let work = |request_id: &str| -> Vec<String> {
        let lines = log.lines().filter(|line| line.contains(request_id) && line.contains("argon2"));
        lines.map(|line| line.split_once("argon2").unwrap().1.trim().to_owned()).collect()
    };
    assert_eq!(work("wrong-password"), ["memory_kib=1536 iterations=3"], "{log}");
    assert_eq!(work("unknown-email"), work("wrong-password"), "{log}");
    assert_eq!(work("right-password"), work("wrong-password"), "{log}");
    assert!(work("no-email").is_empty(), "{log}");
}
