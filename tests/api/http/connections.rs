//! Connections without a valid request: ambiguous, too slow, or too long.

use crate::harness::{Raw, Server, only_status};

/// Threats: a55, b42.
#[tokio::test]
async fn ambiguous_request_is_rejected_and_the_connection_closes() {
    let server = Server::dev().await;
    let smuggled = "GET /health/live HTTP/1.1\r\nHost: localhost\r\n\r\n";
    for framing in [
        "Content-Length: 2\r\nContent-Length: 60",
        "Content-Length: 2, 2",
        "Content-Length: +2",
        "Content-Length: -2",
        "Content-Length: 2\r\nTransfer-Encoding: chunked",
        "Transfer-Encoding: chunked\r\nContent-Length: 2",
        "Transfer-Encoding: xchunked",
        "Transfer-Encoding: chunked, identity",
        "Transfer-Encoding : chunked",
    ] {
        let head = "POST /v1/users/login HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n";
        let answers = Raw::exchange(&server, format!("{head}{framing}\r\n\r\n0\r\n\r\n{smuggled}")).await;
        assert_eq!(only_status(&answers), 400, "{framing}: {answers}");
    }
    for host in ["", "Host: localhost\r\nHost: localhost\r\n", "Host: a\r\nHost: b\r\n"] {
        let answers =
            Raw::exchange(&server, format!("GET /health/live HTTP/1.1\r\n{host}\r\n{smuggled}")).await;
        assert_eq!(only_status(&answers), 400, "{host}: {answers}");
    }
    let bad_chunk = "POST /v1/users/login HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n\
                     Transfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n";
    assert_eq!(only_status(&Raw::exchange(&server, format!("{bad_chunk}{smuggled}")).await), 400);
    // Control: the same request with valid framing is read.
    let good = "POST /v1/users/login HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n\
                Connection: close\r\nContent-Length: 2\r\n\r\n{}";
    assert_eq!(only_status(&Raw::exchange(&server, good).await), 422);
}

/// Threats: c7.
#[tokio::test]
async fn incomplete_head_closes_the_connection() {
    let server = Server::dev().await;
    let answer = Raw::exchange(&server, "GET /health/live HTTP/1.1\r\nHost: loc").await;
    assert!([0, 408].contains(&only_status(&answer)), "{answer}");
}

/// Threats: c7.
#[tokio::test]
async fn incomplete_body_is_answered() {
    let server = Server::dev().await;
    let head = "POST /v1/users/login HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n";
    let answer = Raw::exchange(&server, format!("{head}Content-Length: 100\r\n\r\n{{\"email\"")).await;
    assert_eq!(only_status(&answer), 400, "{answer}");
    assert!(answer.contains("malformed_request") && answer.contains("did not arrive"), "{answer}");
}

/// Threats: a22, c7.
#[tokio::test]
async fn oversized_head_is_rejected() {
    let server = Server::dev().await;
    for (name, length) in [("X-Long:", 300_000), ("Authorization: Bearer", 1_000_000)] {
        let long = "a".repeat(length);
        let head = format!("GET /v1/users/me HTTP/1.1\r\nHost: localhost\r\n{name} {long}\r\n\r\n");
        let answer = Raw::exchange(&server, head).await;
        assert!([0, 400, 413, 431].contains(&only_status(&answer)), "{answer}");
    }
    server.guest().live().await.expect(200);
}

/// A chunked body has no fixed end. A client that sends a byte now and then could hold the connection open.
/// Threats: c7.
#[tokio::test]
async fn unread_chunked_body_closes_the_connection() {
    let server = Server::dev().await;
    for (request, status) in [
        ("POST /v1/nothing-here HTTP/1.1", 404),
        ("GET /v1/users/me HTTP/1.1", 401),
        ("GET /health/live HTTP/1.1", 200),
        ("POST /v1/users/logout HTTP/1.1", 401),
    ] {
        let head =
            "Host: a\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n{\r\n";
        let answers = Raw::exchange(&server, format!("{request}\r\n{head}")).await;
        assert_eq!(only_status(&answers), status, "{answers}");
    }
    // A chunked body that was read to its end keeps the connection open.
    let mut raw = Raw::open(&server).await;
    let body =
        "Host: a\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n";
    raw.send(format!("POST /v1/users/login HTTP/1.1\r\n{body}")).await;
    raw.send("GET /health/live HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n").await;
    let answers = raw.rest().await;
    assert!(answers.contains("HTTP/1.1 422 ") && answers.contains("HTTP/1.1 200 "), "{answers}");
}
