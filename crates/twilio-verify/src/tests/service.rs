//! Fetching the service.

use chrono::DateTime;

use super::server::{Reply, Server, body, header};
use super::{ACCOUNT, SERVICE, TOKEN, client, error, json, settings};
use crate::{Failure, FailureKind, Service, Settings, VerifyClient};

const DATE: &str = "Date: Mon, 23 Nov 2026 10:00:30 GMT\r\n";

fn service() -> String {
    format!(r#"{{"sid":"{SERVICE}","friendly_name":"My shop","code_length":6,"totp":{{}},"links":null}}"#)
}

async fn answered(bytes: Vec<u8>) -> Result<Service, Failure> {
    let server = Server::playing([Reply::Last(bytes)]).await;
    client(&server).fetch_service().await
}

#[tokio::test]
async fn fetching_the_service_is_a_get_without_a_body() {
    let server = Server::answering(json(200, DATE, &service())).await;
    let answered_at = DateTime::parse_from_rfc3339("2026-11-23T10:00:30Z").unwrap().to_utc();
    let expected =
        Service { friendly_name: "My shop".into(), code_length: 6, answered_at: Some(answered_at) };
    assert_eq!(client(&server).fetch_service().await, Ok(expected));
    let request = server.only_request();
    assert!(request.starts_with(&format!("GET /v2/Services/{SERVICE} HTTP/1.1\r\n")), "{request}");
    assert!(header(&request, "authorization").unwrap().starts_with("Basic "));
    assert_eq!(header(&request, "content-type"), None);
    assert_eq!(body(&request), "");
}

#[tokio::test]
async fn invalid_date_is_none() {
    for date in ["", "Date: \r\n", "Date: today\r\n", "Date: 2026-11-23T10:00:30Z\r\n"] {
        assert_eq!(answered(json(200, date, &service())).await.unwrap().answered_at, None, "{date}");
    }
}

#[tokio::test]
async fn misconfiguration_has_a_hint() {
    for (status, code, hint) in [
        (404, 20404, "Verify service SID"),
        (401, 20003, "check the account SID"),
        (403, 20008, "test credentials"),
        (403, 20005, "look at the account"),
        (400, 60200, "look the code up"),
    ] {
        let failure = answered(error(status, "", code)).await.unwrap_err();
        assert_eq!((failure.kind(), failure.code()), (FailureKind::Misconfigured, Some(code)));
        assert!(failure.hint().unwrap().contains(hint), "{code}: {:?}", failure.hint());
        assert_eq!(failure.cause(), None);
    }
}

#[tokio::test]
async fn response_about_another_service_is_rejected() {
    let other = service().replace(SERVICE, "VAbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb");
    let too_long = service().replace(":6,", ":600,");
    let no_length = service().replace("code_length", "length");
    for body in [other.as_str(), &too_long, &no_length, ACCOUNT, "", "{}", "<html>"] {
        assert_eq!(
            answered(json(200, "", body)).await.unwrap_err().kind(),
            FailureKind::Unavailable,
            "{body}"
        );
    }
}

#[tokio::test]
async fn a_429_is_retried() {
    let answers = [error(429, "", 20429), json(200, "", &service())].map(Reply::Bytes);
    let server = Server::playing(answers).await;
    assert!(client(&server).fetch_service().await.is_ok());
    assert_eq!(server.requests().len(), 2);
}

#[tokio::test]
async fn cause_of_a_lost_response_contains_no_secret() {
    let failure = answered(Vec::new()).await.unwrap_err();
    assert_eq!((failure.kind(), failure.http_status()), (FailureKind::Unavailable, None));
    let cause = failure.cause().unwrap();
    assert!(!cause.is_empty() && !cause.contains(TOKEN) && !cause.contains("http://"), "{cause}");
}

#[tokio::test]
async fn without_a_service_nothing_is_sent() {
    let server = Server::playing([]).await;
    let settings = Settings { service_sid: String::new(), ..settings(server.base_url()) };
    let failure = VerifyClient::new(settings).unwrap().fetch_service().await.unwrap_err();
    assert_eq!(failure.kind(), FailureKind::Misconfigured);
    assert!(failure.hint().unwrap().contains("Verify service"));
    assert_eq!(server.connections(), 0);
}
