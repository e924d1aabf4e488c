//! Which responses are accepted.

use super::server::{Reply, Server};
use super::{ACCOUNT, CODE, PHONE, VERIFICATION, client, error, json, settings, sid, start};
use crate::{CheckOutcome, Failure, FailureKind, FriendlyName, Settings, VerifyClient};

async fn check_with(bytes: Vec<u8>) -> Result<CheckOutcome, Failure> {
    let server = Server::playing([Reply::Last(bytes)]).await;
    client(&server).check(&sid(), CODE).await
}

async fn check_with_body(status: u16, body: &str) -> Result<CheckOutcome, Failure> {
    check_with(json(status, "", &body.replace("VE?", VERIFICATION))).await
}

/// Threats: a68, b47.
#[tokio::test]
async fn only_the_status_of_the_checked_verification_approves() {
    for http_status in [200, 201] {
        let body = r#"{"sid":"VE?","status":"approved","valid":false,"new":[{"field":1}]}"#;
        let Ok(CheckOutcome::Approved(approved)) = check_with_body(http_status, body).await else {
            panic!("not approved")
        };
        assert_eq!(approved.sid(), &sid());
    }
}

#[tokio::test]
async fn pending_is_a_wrong_code_regardless_of_valid() {
    for valid in ["true", "false", "null", "\"approved\""] {
        let body = format!(r#"{{"sid":"VE?","status":"pending","valid":{valid}}}"#);
        assert_eq!(check_with_body(200, &body).await, Ok(CheckOutcome::Wrong), "{valid}");
    }
}

/// Threats: a68, b47.
#[tokio::test]
async fn no_other_response_approves() {
    use FailureKind::{Misconfigured, TooManyChecks, Unavailable, VerificationGone};
    let other = "VEcccccccccccccccccccccccccccccccc";
    for (http_status, body, kind) in [
        (200, format!(r#"{{"sid":"{other}","status":"approved","valid":true}}"#), Unavailable),
        (200, format!(r#"{{"sid":"{other}","status":"pending"}}"#), Unavailable),
        (200, format!(r#"{{"sid":"{}","status":"approved"}}"#, VERIFICATION.to_uppercase()), Unavailable),
        (200, r#"{"status":"approved","valid":true}"#.to_owned(), Unavailable),
        (200, r#"{"sid":null,"status":"approved"}"#.to_owned(), Unavailable),
        (200, r#"{"sid":"VE?","valid":true}"#.to_owned(), Unavailable),
        (200, r#"{"sid":"VE?","status":null,"valid":true}"#.to_owned(), Unavailable),
        (200, r#"{"sid":"VE?","status":["approved"]}"#.to_owned(), Unavailable),
        (200, r#"{"sid":"VE?","status":"Approved"}"#.to_owned(), Unavailable),
        (200, r#"{"sid":"VE?","status":"approved "}"#.to_owned(), Unavailable),
        (200, r#"{"sid":"VE?","status":"brand-new","valid":true}"#.to_owned(), Unavailable),
        (200, r#"{"sid":"VE?","status":"pending","status":"approved"}"#.to_owned(), Unavailable),
        (200, r#"["VE?","approved"]"#.to_owned(), Unavailable),
        (200, r#"{"data":{"sid":"VE?","status":"approved"}}"#.to_owned(), Unavailable),
        (200, r#"{"sid":"VE?","status":"approved""#.to_owned(), Unavailable),
        (200, r#"{"sid":"VE?","status":"approved"}{}"#.to_owned(), Unavailable),
        (200, String::new(), Unavailable),
        (200, "<html>approved</html>".to_owned(), Unavailable),
        (200, r#"{"sid":"VE?","status":"max_attempts_reached"}"#.to_owned(), TooManyChecks),
        (200, r#"{"sid":"VE?","status":"canceled","valid":true}"#.to_owned(), VerificationGone),
        (200, r#"{"sid":"VE?","status":"expired"}"#.to_owned(), VerificationGone),
        (200, r#"{"sid":"VE?","status":"deleted"}"#.to_owned(), VerificationGone),
        (200, r#"{"sid":"VE?","status":"failed"}"#.to_owned(), VerificationGone),
        (302, r#"{"sid":"VE?","status":"approved"}"#.to_owned(), Misconfigured),
        (400, r#"{"sid":"VE?","status":"approved"}"#.to_owned(), Misconfigured),
        (404, r#"{"sid":"VE?","status":"approved"}"#.to_owned(), VerificationGone),
        (500, r#"{"sid":"VE?","status":"approved"}"#.to_owned(), Unavailable),
    ] {
        let failure = check_with_body(http_status, &body).await.expect_err(&body);
        assert_eq!(failure.kind(), kind, "{http_status} {body}");
        // An invalid 2xx response may have counted an attempt.
        assert_eq!(
            failure.certainly_not_processed(),
            (400..500).contains(&http_status),
            "{http_status} {body}"
        );
    }
}

#[tokio::test]
async fn incomplete_body_does_not_approve() {
    let body = format!(r#"{{"sid":"{VERIFICATION}","status":"approved"}}"#);
    let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n", body.len() + 1);
    let failure = check_with(format!("{head}{body}").into_bytes()).await.unwrap_err();
    assert_eq!((failure.kind(), failure.certainly_not_processed()), (FailureKind::Unavailable, false));
}

#[tokio::test]
async fn start_without_a_sid_may_have_sent_a_code() {
    for body in ["", "{}", "<html>", r#"{"sid":"VE123"}"#, r#"{"sid":"../../x"}"#, r#"{"sid":null}"#] {
        let server = Server::answering(json(201, "", body)).await;
        let failure = start(&client(&server)).await.unwrap_err();
        assert_eq!(failure.kind(), FailureKind::Unavailable, "{body}");
        assert!(!failure.certainly_not_processed());
        assert_eq!(failure.http_status(), Some(201));
    }
}

#[tokio::test]
async fn errors_without_valid_json_are_classified_by_their_status() {
    for (status, body, kind) in [
        (503, "<html><h1>Service Unavailable</h1></html>", FailureKind::Unavailable),
        (502, "", FailureKind::Unavailable),
        (404, "", FailureKind::Misconfigured),
        (401, r#"{"code":20003,"mess"#, FailureKind::Misconfigured),
        (400, r#"{"code":-1}"#, FailureKind::InvalidNumber),
        (400, r#"{"code":99999999999999}"#, FailureKind::InvalidNumber),
        (400, r#"{"code":"60200"}"#, FailureKind::InvalidNumber),
        (400, "[60205]", FailureKind::InvalidNumber),
        (400, "null", FailureKind::InvalidNumber),
    ] {
        let server = Server::answering(json(status, "", body)).await;
        let failure = start(&client(&server)).await.unwrap_err();
        assert_eq!((failure.kind(), failure.code()), (kind, None), "{status} {body}");
    }
}

#[tokio::test]
async fn failure_contains_what_support_needs_and_no_personal_data() {
    let headers = "Twilio-Request-Id: RQ0a\r\nRetry-After: 30\r\n";
    let server = Server::answering(error(403, headers, 60410)).await;
    let failure = start(&client(&server)).await.unwrap_err();
    assert_eq!(failure.kind(), FailureKind::Undeliverable);
    assert_eq!((failure.code(), failure.http_status()), (Some(60410), Some(403)));
    assert_eq!(failure.request_id(), Some("RQ0a"));
    assert_eq!(failure.retry_after().map(|pause| pause.as_secs()), Some(30));
    assert!(failure.certainly_not_processed());
    assert_eq!(failure.to_string(), "Twilio Verify start: undeliverable, HTTP 403, code 60410, request RQ0a");
    let everything = format!("{failure:?}");
    assert!(!everything.contains(&PHONE[1..]) && !everything.contains("Invalid parameter"), "{everything}");
}

#[tokio::test]
async fn error_code_takes_precedence_over_the_status() {
    for (status, code, kind) in [
        (401, 60603, FailureKind::Misconfigured),
        (403, 60605, FailureKind::Undeliverable),
        (403, 21608, FailureKind::Misconfigured),
        (429, 60203, FailureKind::TooManySends),
    ] {
        let server = Server::answering(error(status, "", code)).await;
        let failure = start(&client(&server)).await.unwrap_err();
        assert_eq!((failure.kind(), failure.code()), (kind, Some(code)));
    }
}

#[tokio::test]
async fn invalid_headers_are_ignored() {
    for request_id in ["", "RQ 1", "<b>", "RQ+15005550123", &"R".repeat(65)] {
        let headers = format!("Twilio-Request-Id: {request_id}\r\nRetry-After: -5\r\n");
        let server = Server::answering(error(503, &headers, 20503)).await;
        let failure = start(&client(&server)).await.unwrap_err();
        assert_eq!((failure.request_id(), failure.retry_after()), (None, None), "{request_id}");
    }
}

#[tokio::test]
async fn cancel_succeeds_if_twilio_confirms_it_or_the_verification_is_gone() {
    let server = Server::answering(error(404, "", 20404)).await;
    assert_eq!(client(&server).cancel(&sid()).await, Ok(()));
    for body in [r#"{"sid":"VE?","status":"pending"}"#, r#"{"sid":"VE1","status":"canceled"}"#, "", "{}"] {
        let server = Server::answering(json(200, "", &body.replace("VE?", VERIFICATION))).await;
        let failure = client(&server).cancel(&sid()).await.unwrap_err();
        assert_eq!(failure.kind(), FailureKind::Unavailable, "{body}");
    }
    let server = Server::answering(error(500, "", 20500)).await;
    assert_eq!(client(&server).cancel(&sid()).await.unwrap_err().kind(), FailureKind::Unavailable);
}

#[tokio::test]
async fn service_without_a_valid_sid_is_not_created() {
    for (status, body, kind) in [
        (201, format!(r#"{{"sid":"{ACCOUNT}"}}"#), FailureKind::Unavailable),
        (400, r#"{"code":60200}"#.to_owned(), FailureKind::Misconfigured),
        (401, r#"{"code":20003}"#.to_owned(), FailureKind::Misconfigured),
    ] {
        let server = Server::answering(json(status, "", &body)).await;
        let failure =
            client(&server).create_service(&FriendlyName::parse("My shop").unwrap()).await.unwrap_err();
        assert_eq!(failure.kind(), kind, "{body}");
    }
}

#[tokio::test]
async fn without_a_service_nothing_is_sent() {
    let server = Server::playing([]).await;
    let settings = Settings { service_sid: String::new(), ..settings(server.base_url()) };
    let failure = start(&VerifyClient::new(settings).unwrap()).await.unwrap_err();
    assert_eq!((failure.kind(), failure.certainly_not_processed()), (FailureKind::Misconfigured, true));
    assert_eq!(server.connections(), 0);
}
