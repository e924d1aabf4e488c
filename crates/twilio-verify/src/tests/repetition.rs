//! Retries: only a 429 is retried.

use std::time::{Duration, Instant};

use super::server::{Reply, Server};
use super::{CODE, client, error, impatient, json, settings, sid, start, started};
use crate::{FailureKind, Settings, VerifyClient};

async fn playing(answers: impl IntoIterator<Item = Vec<u8>>) -> Server {
    Server::playing(answers.into_iter().map(Reply::Bytes)).await
}

#[tokio::test]
async fn a_429_is_retried_until_it_succeeds() {
    let server = playing([error(429, "", 20429), json(429, "", "<html>"), started()]).await;
    assert_eq!(start(&client(&server)).await.unwrap().sid, sid());
    let requests = server.requests();
    assert_eq!(requests.len(), 3);
    assert!(requests.iter().all(|request| request == &requests[0]));
}

#[tokio::test]
async fn a_429_is_retried_at_most_twice() {
    let server = playing([(); 5].map(|()| error(429, "Retry-After: 0\r\n", 20429))).await;
    let failure = start(&client(&server)).await.unwrap_err();
    assert_eq!(failure.kind(), FailureKind::Busy);
    assert!(failure.certainly_not_processed());
    assert_eq!(server.requests().len(), 3);
}

#[tokio::test]
async fn final_responses_are_not_retried() {
    for (bytes, kind) in [
        (error(429, "", 60202), FailureKind::TooManyChecks),
        (error(429, "", 60203), FailureKind::TooManySends),
        (error(429, "", 60212), FailureKind::Busy),
        (error(429, "Twilio-Reached-Rate-Limit: login\r\n", 20429), FailureKind::Busy),
        (error(429, "Retry-After: 60\r\n", 20429), FailureKind::Busy),
        (error(500, "", 20500), FailureKind::Unavailable),
        (error(503, "Retry-After: 0\r\n", 20503), FailureKind::Unavailable),
        (error(403, "", 60410), FailureKind::Undeliverable),
    ] {
        let server = playing([bytes, started()]).await;
        assert_eq!(start(&client(&server)).await.unwrap_err().kind(), kind);
        assert_eq!(server.requests().len(), 1, "{kind:?}");
        let server = playing([error(429, "", 60202), started()]).await;
        assert!(client(&server).check(&sid(), CODE).await.is_err());
        assert_eq!(server.requests().len(), 1);
    }
}

#[tokio::test]
async fn lost_response_to_a_retry_is_ambiguous() {
    let server = Server::playing([Reply::Bytes(error(429, "", 20429)), Reply::Last(Vec::new())]).await;
    let failure = start(&client(&server)).await.unwrap_err();
    assert_eq!((failure.kind(), failure.certainly_not_processed()), (FailureKind::Unavailable, false));
    assert_eq!(server.requests().len(), 2);
}

#[tokio::test]
async fn total_timeout_includes_retries() {
    let server = Server::playing([Reply::Bytes(error(429, "", 20429)), Reply::Silence(Vec::new())]).await;
    let begin = Instant::now();
    assert!(start(&impatient(&server)).await.is_err());
    assert!(begin.elapsed() < Duration::from_secs(10));
    assert_eq!(server.requests().len(), 2);

    // A pause of one second does not fit into the time left, so the call fails immediately.
    let server = playing([error(429, "Retry-After: 1\r\n", 20429), started()]).await;
    let failure = start(&impatient(&server)).await.unwrap_err();
    assert_eq!(failure.retry_after(), Some(Duration::from_secs(1)));
    assert_eq!(server.requests().len(), 1);
}

#[tokio::test]
async fn client_pauses_before_a_retry() {
    let server = playing([error(429, "", 20429), started()]).await;
    let retry_pause = Duration::from_millis(100);
    let client = VerifyClient::new(Settings { retry_pause, ..settings(server.base_url()) }).unwrap();
    let begin = Instant::now();
    start(&client).await.unwrap();
    assert!(begin.elapsed() >= retry_pause / 2);
}
