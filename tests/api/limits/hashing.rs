//! The hashing threads: which work they skip, and their priority.

use std::time::{Duration, Instant};

use serde_json::json;

use crate::harness::{Launch, Person, Raw, Server};

/// How many clients hang up.
const CALLERS: usize = 30;

/// Hashes one password at a time, in a tenth of a second or more, with room for all callers in the queue.
async fn slow() -> Server {
    // The default limits on wrong passwords would reject requests before they are hashed.
    Launch::dev()
        .limits(&[])
        .variable("COUNTERSIGN__LOG__LEVEL", "trace")
        .variable("COUNTERSIGN__PASSWORDS__THREADS", "1")
        .variable("COUNTERSIGN__PASSWORDS__MEMORY_KIB", "65536")
        .variable("COUNTERSIGN__PASSWORDS__ITERATIONS", "4")
        .start()
        .await
}

/// How many passwords were hashed so far.
fn hashed(server: &Server) -> usize {
    server.process.log().matches("argon2").count()
}

async fn until_hashed(server: &Server, more_than: usize) {
    let began = Instant::now();
    while hashed(server) <= more_than {
        assert!(began.elapsed() < Duration::from_secs(30), "no password was hashed");
        server.guest().live().await;
    }
}

/// Opens connections with a pending log-in each. The first one is being hashed.
async fn callers(server: &Server, number: usize) -> Vec<Raw> {
    let before = hashed(server);
    let body = json!({ "email": "unknown@example.com", "password": "incorrect horse" }).to_string();
    let head = "POST /v1/users/login HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n";
    let request = format!("{head}Content-Length: {}\r\n\r\n{body}", body.len());
    let mut callers = Vec::new();
    for _ in 0..number {
        let mut raw = Raw::open(server).await;
        raw.send(&request).await;
        callers.push(raw);
    }
    until_hashed(server, before).await;
    callers
}

/// Threats: b36, c6.
#[tokio::test]
async fn caller_who_hung_up_is_not_hashed() {
    let server = slow().await;
    let ada = Person::ada();
    server.sign_up(&ada).await;
    let crashed: fn(Raw) = Raw::reset;
    for hang_up in [drop, crashed] {
        let before = hashed(&server);
        for caller in callers(&server, CALLERS).await {
            hang_up(caller);
        }
        let began = Instant::now();
        server.log_in(&ada).await;
        let took = began.elapsed();
        // The first caller, callers that were next while the others hung up, and Ada.
        let hashed = hashed(&server) - before;
        assert!(
            hashed <= CALLERS / 2,
            "{hashed} of {CALLERS} were hashed before Ada's turn came, in {took:?}"
        );
    }
    // Control: callers who stay are hashed.
    let before = hashed(&server);
    for mut caller in callers(&server, 6).await {
        assert!(caller.answer().await.starts_with("HTTP/1.1 401"));
    }
    assert_eq!(hashed(&server), before + 6);
}

/// Threats: a37, b35.
#[tokio::test]
async fn oversized_password_is_not_hashed() {
    let server = slow().await;
    let ada = Person::ada();
    let log_in = async |length: usize| {
        let body = json!({ "email": ada.email, "password": "x".repeat(length) });
        server.guest().log_in_with(body).await
    };
    log_in(1025).await.expect_problem(422, "validation_failed");
    log_in(16_000).await.expect_problem(422, "validation_failed");
    let long = Person { password: "correct horse ".repeat(10), ..ada.clone() };
    server.guest().sign_up(&long).await.expect_problem(422, "validation_failed");
    // The slowest input to normalise (NFC) is a letter with thousands of accents.
    let accents = Person { password: format!("e{}", "\u{301}\u{323}".repeat(3900)), ..ada.clone() };
    let began = Instant::now();
    server.guest().sign_up(&accents).await.expect_problem(422, "validation_failed");
    server.guest().log_in(&accents).await.expect_problem(422, "validation_failed");
    // A hash takes a tenth of a second here. The rest allows for a busy machine.
    assert!(began.elapsed() < Duration::from_secs(1), "{:?}", began.elapsed());
    assert_eq!(hashed(&server), 0);
    log_in(1024).await.expect_problem(401, "invalid_credentials");
    assert_eq!(hashed(&server), 1);
}

/// A flood of log-ins must not slow down other requests. Field 19 in `proc_pid_stat(5)` is the nice value.
/// Threats: c6.
#[tokio::test]
async fn hashing_threads_have_a_lower_priority() {
    if !cfg!(target_os = "linux") {
        return;
    }
    let server = Launch::dev().variable("COUNTERSIGN__PASSWORDS__THREADS", "2").start().await;
    let threads = format!("/proc/{}/task", server.process.id());
    let mut nice = Vec::new();
    let began = Instant::now();
    // A new thread takes a moment to lower its priority.
    while nice.iter().filter(|(hashing, nice)| *hashing && *nice > 0).count() < 2 {
        assert!(began.elapsed() < Duration::from_secs(20), "{nice:?}");
        nice = std::fs::read_dir(&threads)
            .unwrap()
            .filter_map(|thread| std::fs::read_to_string(thread.unwrap().path().join("stat")).ok())
            .map(|stat| {
                let (name, fields) = stat.rsplit_once(") ").unwrap();
                let nice: i64 = fields.split(' ').nth(16).unwrap().parse().unwrap();
                (name.contains("(hashing-"), nice)
            })
            .collect();
    }
    let usual = nice.iter().filter(|(hashing, _)| !hashing).map(|(_, nice)| *nice).max().unwrap();
    let lowered = nice.iter().filter(|(hashing, _)| *hashing).map(|(_, nice)| *nice).min().unwrap();
    assert_eq!(lowered, (usual + 10).min(19), "{nice:?}");
}
