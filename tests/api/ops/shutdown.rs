//! Shutdown: readiness fails first, open requests are finished, and a second signal stops at once.

use std::time::{Duration, Instant};

use crate::harness::{Launch, Person, Raw, Server, only_status};

const NOWHERE: &str = "http://127.0.0.1:1";
/// The longest allowed setting, in seconds. No test waits for it.
const LONG: &str = "25";

async fn serve(drain_seconds: &str, shutdown_seconds: &str) -> Server {
    Launch::serve(NOWHERE)
        .variable("COUNTERSIGN__SERVER__DRAIN_SECONDS", drain_seconds)
        .variable("COUNTERSIGN__SERVER__SHUTDOWN_SECONDS", shutdown_seconds)
        .start()
        .await
}

/// Waits until readiness fails, which shows that the signal was handled.
async fn not_ready(server: &Server) {
    loop {
        let answer = server.guest().ready().await;
        if answer.status != 200 {
            answer.expect_problem(503, "not_ready");
            return;
        }
    }
}

/// Waits until the listener is closed.
async fn wait_until_closed(server: &Server) {
    let address = server.api.strip_prefix("http://").unwrap();
    while tokio::net::TcpStream::connect(address).await.is_ok() {
        tokio::task::yield_now().await;
    }
}

/// A sign-up whose last byte is missing.
async fn begun(server: &Server) -> (Raw, &'static str) {
    let body = Person::ada().sign_up_body().to_string();
    let (most, last) = body.split_at(body.len() - 1);
    let head = "POST /v1/users/signup HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n\
                Connection: close\r\n";
    let mut raw = Raw::open(server).await;
    raw.send(format!("{head}Content-Length: {}\r\n\r\n{most}", body.len())).await;
    assert_eq!(last, "}");
    (raw, "}")
}

fn wait_within(server: &mut Server, limit: Duration) -> String {
    let began = Instant::now();
    let (code, log) = server.process.wait();
    assert_eq!(code, Some(0), "{log}");
    assert!(began.elapsed() < limit, "it took {:?}", began.elapsed());
    log
}

async fn stops_in_order(signal: &str) {
    let mut server = serve("2", "20").await;
    let (mut raw, last) = begun(&server).await;
    server.process.signal(signal);
    not_ready(&server).await;
    // The listener still answers.
    server.guest().live().await.expect(200);
    wait_until_closed(&server).await;
    // From here on, only open requests are finished.
    raw.send(last).await;
    assert_eq!(only_status(&raw.rest().await), 201, "{signal}");
    let log = wait_within(&mut server, Duration::from_secs(15));
    assert!(log.contains("stopping"), "{log}");
}

/// Threats: c1.
#[tokio::test]
async fn sigterm_fails_readiness_first_and_finishes_open_requests() {
    stops_in_order("TERM").await;
}

#[tokio::test]
async fn sigint_stops_like_sigterm() {
    stops_in_order("INT").await;
}

/// Threats: c1.
#[tokio::test]
async fn second_signal_stops_at_once() {
    let mut server = serve(LONG, "5").await;
    server.process.signal("TERM");
    not_ready(&server).await;
    server.process.signal("TERM");
    wait_within(&mut server, Duration::from_secs(15));
}

#[tokio::test]
async fn second_signal_drops_open_requests() {
    let mut server = serve("0", LONG).await;
    let (mut raw, _) = begun(&server).await;
    server.process.signal("INT");
    wait_until_closed(&server).await;
    server.process.signal("TERM");
    wait_within(&mut server, Duration::from_secs(5));
    assert_eq!(raw.rest().await, "");
}
