//! Lost, redirected and endless responses.

use std::time::{Duration, Instant};

use futures_util::future::join_all;
use tokio::net::TcpListener;

use super::server::{Reply, Server};
use super::{CODE, VERIFICATION, client, impatient, json, settings, sid, start, started};
use crate::{CheckOutcome, Failure, FailureKind, VerifyClient};

fn assert_ambiguous(failure: &Failure) {
    assert_eq!(failure.kind(), FailureKind::Unavailable);
    assert!(!failure.certainly_not_processed());
}

#[tokio::test]
async fn refused_connection_certainly_sent_nothing() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base_url = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let failure = start(&VerifyClient::new(settings(base_url)).unwrap()).await.unwrap_err();
    assert_eq!((failure.kind(), failure.http_status()), (FailureKind::Unavailable, None));
    assert!(failure.certainly_not_processed());
}

/// Threats: a67.
#[tokio::test]
async fn failed_tls_handshake_certainly_sent_nothing() {
    let server = Server::playing([Reply::Last(b"not TLS\r\n".to_vec())]).await;
    let base_url = server.base_url().replace("http:", "https:");
    let short = super::Settings { connect_timeout: Duration::from_millis(200), ..settings(base_url) };
    let failure = start(&VerifyClient::new(short).unwrap()).await.unwrap_err();
    assert!(failure.certainly_not_processed());
    assert!(server.requests().is_empty());
}

/// Threats: c5.
#[tokio::test]
async fn call_on_a_dropped_connection_is_ambiguous_and_not_retried() {
    let server = Server::playing([Reply::Last(Vec::new())]).await;
    assert_ambiguous(&start(&client(&server)).await.unwrap_err());
    assert_eq!(server.requests().len(), 1);
}

#[tokio::test]
async fn call_on_a_dropped_keep_alive_connection_is_not_retried() {
    let server = Server::playing([Reply::Bytes(started()), Reply::Last(Vec::new())]).await;
    let client = client(&server);
    start(&client).await.unwrap();
    assert_ambiguous(&start(&client).await.unwrap_err());
    assert_eq!((server.requests().len(), server.connections()), (2, 1));
}

#[tokio::test]
async fn lost_response_to_a_check_is_no_approval_and_not_retried() {
    let approved = json(200, "", &format!(r#"{{"sid":"{VERIFICATION}","status":"approved"}}"#));
    for first in
        [Reply::Last(Vec::new()), Reply::Last(json(503, "", "")), Reply::Last(approved[..20].to_vec())]
    {
        let server = Server::playing([first, Reply::Bytes(approved.clone())]).await;
        assert_ambiguous(&client(&server).check(&sid(), CODE).await.unwrap_err());
        assert_eq!(server.requests().len(), 1);
    }
}

/// Threats: a66, c5.
#[tokio::test]
async fn total_timeout_includes_silence_and_slow_bodies() {
    let head = b"HTTP/1.1 201 Created\r\nContent-Length: 60000\r\n\r\n{".to_vec();
    let replies = [
        Reply::Silence(Vec::new()),
        Reply::Silence(b"HTTP/1.1 201 Cre".to_vec()),
        Reply::Silence(head.clone()),
        Reply::Drip(head),
    ];
    join_all(replies.map(async |reply| {
        let server = Server::playing([reply]).await;
        let begin = Instant::now();
        assert_ambiguous(&start(&impatient(&server)).await.unwrap_err());
        let took = begin.elapsed();
        assert!(took >= Duration::from_millis(690) && took < Duration::from_secs(10), "{took:?}");
        assert_eq!(server.requests().len(), 1);
    }))
    .await;
}

#[tokio::test]
async fn error_with_an_endless_body_is_classified_by_its_status() {
    let server =
        Server::playing([Reply::Silence(b"HTTP/1.1 401 X\r\nContent-Length: 9\r\n\r\n".to_vec())]).await;
    let failure = start(&impatient(&server)).await.unwrap_err();
    assert_eq!((failure.kind(), failure.http_status()), (FailureKind::Misconfigured, Some(401)));
}

/// Threats: c5.
#[tokio::test]
async fn body_of_ten_megabytes_is_not_read() {
    let whole = format!(r#"{{"sid":"{VERIFICATION}","status":"approved","x":"{}"}}"#, "x".repeat(10 << 20));
    let server = Server::answering(json(200, "", &whole)).await;
    assert_ambiguous(&client(&server).check(&sid(), CODE).await.unwrap_err());

    let padding = |size: usize| " ".repeat(size - VERIFICATION.len() - 30);
    let body = |size| format!(r#"{{"sid":"{VERIFICATION}","status":"approved"{}}}"#, padding(size));
    let server = Server::answering(json(200, "", &body(64 << 10))).await;
    let checked = client(&server).check(&sid(), CODE).await;
    assert!(matches!(checked, Ok(CheckOutcome::Approved(_))), "64 KiB are read: {checked:?}");
    let server = Server::answering(json(200, "", &body((64 << 10) + 100))).await;
    assert_ambiguous(&client(&server).check(&sid(), CODE).await.unwrap_err());
}

/// Threats: c5.
#[tokio::test]
async fn endless_body_is_cut_off_before_the_timeout() {
    // Chunked, so that no header announces the length.
    let chunk = format!("10000\r\n{}\r\n", "x".repeat(1 << 16));
    let bytes = format!("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n{chunk}{chunk}").into_bytes();
    let server = Server::playing([Reply::Silence(bytes)]).await;
    assert_ambiguous(&client(&server).check(&sid(), CODE).await.unwrap_err());
}

/// Threats: a67.
#[tokio::test]
async fn redirect_is_not_followed() {
    let target = Server::answering(started()).await;
    for status in [301, 302, 303, 307, 308] {
        let location = format!("Location: {}/v2/elsewhere\r\n", target.base_url());
        let server = Server::answering(json(status, &location, "")).await;
        let failure = start(&client(&server)).await.unwrap_err();
        assert_eq!((failure.kind(), failure.http_status()), (FailureKind::Misconfigured, Some(status)));
        assert_eq!(server.requests().len(), 1);
    }
    assert_eq!(target.connections(), 0);
}
