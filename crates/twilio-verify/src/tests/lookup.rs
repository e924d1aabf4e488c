//! Looking up the line type of a number.

use super::server::{Reply, Server, body, header};
use super::{PHONE, by, client, error, json, settings, started};
use crate::{Channel, Failure, FailureKind, LineType, Settings, VerifyClient};

/// Returns a response of Twilio, except for the number.
fn line_type(told: &str) -> String {
    format!(
        r#"{{"calling_country_code":"1","country_code":"US","phone_number":"{PHONE}","national_format":"x","valid":true,
        "validation_errors":null,"sim_swap":null,"line_type_intelligence":{told},"url":"x"}}"#
    )
}

fn told(word: &str, code: &str) -> String {
    line_type(&format!(
        r#"{{"error_code":{code},"mobile_country_code":"240","mobile_network_code":"38","carrier_name":"x","type":{word}}}"#
    ))
}

async fn answered(bytes: Vec<u8>) -> Result<LineType, Failure> {
    let server = Server::playing([Reply::Last(bytes)]).await;
    client(&server).look_up(PHONE).await
}

#[tokio::test]
async fn look_up_is_a_get_that_names_the_package() {
    let server = Server::answering(json(200, "", &told(r#""nonFixedVoip""#, "null"))).await;
    assert_eq!(client(&server).look_up(PHONE).await, Ok(LineType::NonFixedVoip));
    let request = server.only_request();
    let line = format!("GET /v2/PhoneNumbers/{PHONE}?Fields=line_type_intelligence HTTP/1.1\r\n");
    assert!(request.starts_with(&line), "{request}");
    assert!(header(&request, "authorization").unwrap().starts_with("Basic "));
    assert_eq!((header(&request, "content-type"), body(&request)), (None, ""));
}

#[tokio::test]
async fn known_line_types_are_parsed_and_others_are_unknown() {
    for known in LineType::ALL {
        let word = format!("\"{known}\"");
        assert_eq!(answered(json(200, "", &told(&word, "null"))).await, Ok(known));
    }
    for other in [r#""satellite""#, "null", r#""""#] {
        assert_eq!(answered(json(200, "", &told(other, "null"))).await, Ok(LineType::Unknown), "{other}");
    }
}

#[tokio::test]
async fn error_in_a_successful_response_is_a_failure_that_may_be_charged() {
    for (code, kind) in [
        (60600, FailureKind::InvalidNumber),
        (60601, FailureKind::Misconfigured),
        (60606, FailureKind::Misconfigured),
        (60607, FailureKind::InvalidNumber),
        (60610, FailureKind::InvalidNumber),
        (99999, FailureKind::Unavailable),
    ] {
        let failure = answered(json(200, "", &told("null", &code.to_string()))).await.unwrap_err();
        assert_eq!((failure.kind(), failure.code()), (kind, Some(code)));
        assert!(!failure.certainly_not_processed());
        assert_eq!(failure.hint().is_some(), kind == FailureKind::Misconfigured);
    }
}

#[tokio::test]
async fn response_about_another_number_is_rejected() {
    let whole = told(r#""premium""#, "null");
    let other = whole.replace(PHONE, "+15005550124");
    let bare = line_type("null");
    let nameless = whole.replace(&format!("\"{PHONE}\""), "null");
    for body in [other.as_str(), &nameless, &bare, "{}", "[]", "<html>", ""] {
        let failure = answered(json(200, "", body)).await.unwrap_err();
        assert_eq!(failure.kind(), FailureKind::Unavailable, "{body}");
    }
    let invalid = bare.replace("true", "false");
    assert_eq!(answered(json(200, "", &invalid)).await.unwrap_err().kind(), FailureKind::InvalidNumber);
}

#[tokio::test]
async fn error_code_decides_the_kind_of_failure() {
    for (status, code, kind) in [
        (401, 20003, FailureKind::Misconfigured),
        (403, 60606, FailureKind::Misconfigured),
        (404, 20404, FailureKind::InvalidNumber),
        (503, 20503, FailureKind::Unavailable),
    ] {
        let failure = answered(error(status, "", code)).await.unwrap_err();
        assert_eq!((failure.kind(), failure.certainly_not_processed()), (kind, status < 500), "{code}");
        assert!(
            failure.to_string().starts_with("Twilio Lookup lookup: ") && !failure.to_string().contains(PHONE)
        );
    }
}

/// A user is waiting for a code, and the code can be sent without the look-up.
#[tokio::test]
async fn look_up_has_a_short_timeout() {
    let server = Server::playing([Reply::Silence(Vec::new())]).await;
    let started = std::time::Instant::now();
    let failure = client(&server).look_up(PHONE).await.unwrap_err();
    assert_eq!((failure.kind(), failure.http_status()), (FailureKind::Unavailable, None));
    assert!(started.elapsed() < settings(String::new()).total_timeout / 2, "{:?}", started.elapsed());
}

#[tokio::test]
async fn failing_lookup_opens_only_its_own_circuit_breaker() {
    let failures = (0..5).map(|_| Reply::Bytes(error(503, "", 20503)));
    let server = Server::playing(failures.chain([Reply::Bytes(started())])).await;
    let client = VerifyClient::new(Settings { max_calls: 1, ..settings(server.base_url()) }).unwrap();
    for _ in 0..7 {
        assert_eq!(client.look_up(PHONE).await.unwrap_err().kind(), FailureKind::Unavailable);
    }
    assert_eq!(server.requests().len(), 5);
    assert!(client.start(&by(Channel::Sms)).await.is_ok());
}
