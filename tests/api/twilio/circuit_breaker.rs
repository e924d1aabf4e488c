//! The circuit breaker: after repeated failures Twilio is not asked for a while, and requests fail at once.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::harness::{Answer, Launch, Person, Server};

const OPENED: &str = "Twilio Verify keeps failing";
const CLOSED: &str = "Twilio Verify responds again";
/// Far below the timeout of a call to Twilio (10 s), and enough for a busy machine.
const AT_ONCE: Duration = Duration::from_secs(5);

async fn with_ada() -> (Server, Person) {
    // The limits on messages are off: they are not the topic.
    let server = Launch::dev().limits(&[]).start().await;
    let ada = Person::ada();
    server.sign_up(&ada).await;
    (server, ada)
}

async fn break_starts(server: &Server, fault: Value) -> String {
    let mut fault = fault;
    fault["operation"] = json!("start");
    server.inject_fault(fault).await
}

async fn unavailable(server: &Server, person: &Person) -> Answer {
    let began = Instant::now();
    let answer = server.guest().log_in(person).await.expect_problem(503, "otp_unavailable");
    assert!(began.elapsed() < AT_ONCE, "{:?}", began.elapsed());
    answer
}

async fn starts(server: &Server, person: &Person) -> usize {
    server.twilio_requests("start", &person.phone_number).await
}

fn lines(server: &Server, words: &str) -> usize {
    server.process.log().matches(words).count()
}

/// Threats: c5b, c17.
#[tokio::test]
async fn five_failures_open_the_breaker_and_a_probe_closes_it() {
    let scraped = Launch::dev().variable("COUNTERSIGN__METRICS__LISTEN", "127.0.0.1:0");
    let server = scraped.start().await;
    let ada = Person::ada();
    server.sign_up(&ada).await;
    let is_open = async || server.metrics().await.sum("countersign_twilio_circuit_open");
    let tokens = server.another_session(&ada).await;
    let waiting = server.log_in(&ada).await;
    server.advance(31).await;
    let before = starts(&server, &ada).await;
    let fault = break_starts(&server, json!({"fault": "status", "status": 500, "times": 100})).await;
    for failures in 1..=5 {
        unavailable(&server, &ada).await;
        assert_eq!(starts(&server, &ada).await, before + failures);
    }

    // Open: Twilio is not asked, and nothing is counted.
    let answer = unavailable(&server, &ada).await;
    assert!((1..=10).contains(&answer.body["retry_after"].as_i64().unwrap()), "{}", answer.text);
    let answer = waiting.resend().await.expect_problem(503, "otp_unavailable");
    assert_eq!(answer.body["challenge"]["resends_left"], 4);
    let answer = waiting.verify("000000").await.expect_problem(503, "otp_unavailable");
    assert_eq!(answer.body["challenge"]["attempts_left"], 5);
    assert_eq!(starts(&server, &ada).await, before + 5);
    assert_eq!(server.twilio_requests("check", &ada.phone_number).await, 1);
    let wrong = ada.with_password("incorrect horse");
    server.guest().log_in(&wrong).await.expect_problem(401, "invalid_credentials");
    let tokens = tokens.refreshed().await;
    tokens.me().await.expect(200);
    server.guest().ready().await.expect(200);
    tokens.log_out().await.expect(204);
    assert_eq!((lines(&server, OPENED), lines(&server, CLOSED)), (1, 0));
    assert_eq!(is_open().await, 1.0);

    // Half open: one call probes Twilio, the next one does not.
    server.advance(10).await;
    unavailable(&server, &ada).await;
    unavailable(&server, &ada).await;
    assert_eq!(starts(&server, &ada).await, before + 6);
    assert_eq!((lines(&server, OPENED), lines(&server, CLOSED)), (1, 0));

    // Closed: Twilio works again.
    let deleted = server.http.delete(format!("{}{fault}", server.sandbox)).send().await.unwrap();
    assert!(deleted.status().is_success());
    unavailable(&server, &ada).await;
    server.advance(10).await;
    let token = server.log_in(&ada).await;
    waiting.resend().await.expect(202);
    assert_eq!(starts(&server, &ada).await, before + 8);
    assert_eq!((lines(&server, OPENED), lines(&server, CLOSED)), (1, 1));
    assert_eq!(is_open().await, 0.0);
    let code = server.code(&ada.phone_number).await;
    token.verify(&code).await.expect(200);
}

#[tokio::test]
async fn failures_count_but_rejections_by_twilio_do_not() {
    for fault in ["drop", "sent_then_drop", "malformed", "truncated"] {
        let (server, ada) = with_ada().await;
        break_starts(&server, json!({"fault": fault, "times": 100})).await;
        for _ in 0..7 {
            unavailable(&server, &ada).await;
        }
        assert_eq!((starts(&server, &ada).await, lines(&server, OPENED)), (5, 1), "{fault}");
    }
    let (server, ada) = with_ada().await;
    for (status, code) in [(403, 60410), (400, 60200), (429, 60203), (401, 20003), (404, 20404)] {
        let fault = json!({"fault": "status", "status": status, "code": code, "times": 6});
        break_starts(&server, fault).await;
        for _ in 0..6 {
            assert_ne!(server.guest().log_in(&ada).await.status, 200);
        }
    }
    assert_eq!((starts(&server, &ada).await, lines(&server, OPENED)), (30, 0));
    server.log_in(&ada).await;
}

/// Threats: c5b.
#[tokio::test]
async fn ten_failures_of_twenty_calls_open_the_breaker() {
    let (server, ada) = with_ada().await;
    // Every second call fails, so there are never five failures in a row.
    for call in 1..=19 {
        if call % 2 == 0 {
            break_starts(&server, json!({"fault": "drop"})).await;
        }
        // A number gets five messages within ten minutes.
        let person = Person::other(call);
        server.sign_up(&person).await;
        assert_eq!(server.guest().log_in(&person).await.status, if call % 2 == 0 { 503 } else { 200 });
    }
    assert_eq!(lines(&server, OPENED), 0);
    break_starts(&server, json!({"fault": "drop"})).await;
    unavailable(&server, &ada).await;
    assert_eq!((lines(&server, OPENED), starts(&server, &ada).await), (1, 1));
    unavailable(&server, &ada).await;
    assert_eq!(starts(&server, &ada).await, 1);
}

/// Threats: c5b.
#[tokio::test]
async fn hanging_probe_does_not_keep_the_breaker_open() {
    let (server, ada) = with_ada().await;
    break_starts(&server, json!({"fault": "drop", "times": 5})).await;
    for _ in 0..5 {
        unavailable(&server, &ada).await;
    }
    server.advance(10).await;
    let hangs = break_starts(&server, json!({"fault": "delay", "delay_ms": 60_000})).await;
    let rest = async {
        server.wait_for_fault(&hangs).await;
        unavailable(&server, &ada).await;
        server.advance(10).await;
        server.log_in(&ada).await;
        assert_eq!(lines(&server, CLOSED), 1);
    };
    tokio::select! {
        answer = server.guest().log_in(&ada) => panic!("the probe does not hang: {}", answer.text),
        () = rest => {}
    }
}

/// Threats: c20.
#[tokio::test]
async fn calls_do_not_pile_up_if_twilio_hangs() {
    let server = Launch::dev().variable("COUNTERSIGN__TWILIO__MAX_CALLS", "2").start().await;
    let people: Vec<Person> = (0..3).map(Person::other).collect();
    let access = server.full_access(&people[2]).await;
    for person in &people[..2] {
        server.sign_up(person).await;
    }
    let first = break_starts(&server, json!({"fault": "delay", "delay_ms": 60_000})).await;
    let second = break_starts(&server, json!({"fault": "delay", "delay_ms": 60_000})).await;
    let rest = async {
        server.wait_for_fault(&first).await;
        server.wait_for_fault(&second).await;
        let answer = unavailable(&server, &people[2]).await;
        assert_eq!(answer.body["retry_after"], 5);
        assert_eq!(starts(&server, &people[2]).await, 1);
        access.me().await.expect(200);
        server.guest().ready().await.expect(200);
    };
    tokio::select! {
        answer = server.guest().log_in(&people[0]) => panic!("the call does not hang: {}", answer.text),
        answer = server.guest().log_in(&people[1]) => panic!("the call does not hang: {}", answer.text),
        () = rest => {}
    }
    // After the timeout, both places are free again.
    assert_eq!(lines(&server, OPENED), 0);
}
