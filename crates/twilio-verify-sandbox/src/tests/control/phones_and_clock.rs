//! Virtual phones, the clock and resets.

use std::time::Instant;

use chrono::{DateTime, Utc};
use serde_json::json;

use crate::tests::*;

#[tokio::test]
async fn messages_are_filtered_and_newest_first() {
    let sandbox = Sandbox::start();
    let other = format!("AC{}", "1".repeat(32));
    let start = |to, channel| [("To", to), ("Channel", channel)];
    sandbox.service_post("/Verifications", &start(PHONE, "sms")).await;
    sandbox.service_post("/Verifications", &start(PHONE, "call")).await;
    let path = format!("/v2/Services/{SERVICE_SID}/Verifications");
    // An API key belongs to the account with the same digits.
    assert_eq!(
        sandbox.post_as(&other.replacen("AC", "SK", 1), &path, &start(PHONE, "sms")).await.status,
        201
    );

    let ids = async |query: &str| -> Vec<String> {
        let body = sandbox.get(&format!("/sandbox/messages{query}")).await.json();
        let messages = body["messages"].as_array().unwrap().iter();
        messages.map(|message| message["id"].as_str().unwrap().to_owned()).collect()
    };
    let all = ids("").await;
    let [third, second, first] = all.as_slice() else { panic!("{all:?}") };
    assert_eq!(ids("?to=%2B12015550123&limit=2").await, [third.as_str(), second]);
    assert_eq!(ids("?to=+12015550123&channel=call").await, [second.as_str()]);
    assert_eq!(ids(&format!("?account={other}")).await, [third.as_str()]);
    assert_eq!(ids(&format!("?after={first}")).await, [third.as_str(), second]);
    assert!(ids("?to=%2B12015550199").await.is_empty());

    let gone = sandbox.send(Method::DELETE, &format!("/sandbox/messages?account={other}")).await;
    assert_eq!((gone.status, gone.text.as_str()), (204, ""));
    assert_eq!(ids("").await, [second.as_str(), first]);
    sandbox.send(Method::DELETE, "/sandbox/messages?to=%2B12015550199").await;
    assert_eq!(ids("").await.len(), 2);
    sandbox.send(Method::DELETE, "/sandbox/messages").await;
    assert!(ids("").await.is_empty());
}

#[tokio::test]
async fn wait_ends_when_a_matching_message_arrives() {
    let sandbox = Sandbox::start();
    let started = Instant::now();
    let wanted = format!("/sandbox/code?to={PHONE}&channel=sms&wait=30");
    let (code, _) = tokio::join!(sandbox.get(&wanted), async {
        // A message that does not match must not end the wait.
        sandbox.service_post("/Verifications", &[("To", "+12015550124"), ("Channel", "sms")]).await;
        sandbox.start_sms().await
    });
    assert!(started.elapsed().as_secs() < 15);
    assert_eq!((code.status, code.text.len()), (200, 6));
    assert!(code.headers["content-type"].to_str().unwrap().starts_with("text/plain"));

    let last = sandbox.get("/sandbox/messages?limit=1").await.json()["messages"][0]["id"].clone();
    let later = format!("/sandbox/messages?after={}&wait=30", last.as_str().unwrap());
    let (found, _) = tokio::join!(sandbox.get(&later), sandbox.start_sms());
    assert_eq!(found.json()["messages"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn a_missing_message_is_answered_with_a_problem() {
    let sandbox = Sandbox::start();
    let none = sandbox.get("/sandbox/code?to=%2B12015550123").await;
    assert_eq!(none.error(), (404, json!("no_message")));
    assert_eq!(none.headers["content-type"], "application/problem+json");
    let started = Instant::now();
    assert_eq!(sandbox.get("/sandbox/messages?wait=1").await.json(), json!({"messages": []}));
    assert!(started.elapsed().as_millis() >= 1_000);
}

#[tokio::test]
async fn invalid_parameters_are_rejected() {
    let sandbox = Sandbox::start();
    for path in [
        "/sandbox/code",
        "/sandbox/code?to=",
        "/sandbox/messages?wait=31",
        "/sandbox/messages?wait=x",
        "/sandbox/messages?limit=0",
        "/sandbox/messages?limit=1001",
        "/sandbox/messages?after=x",
        "/sandbox/messages?channel=fax",
        "/sandbox/messages?account=AC1",
    ] {
        assert_eq!(sandbox.get(path).await.error(), (422, json!("validation_failed")), "{path}");
    }
}

#[tokio::test]
async fn the_clock_advances_and_resets_to_real_time() {
    let sandbox = Sandbox::start();
    let (sid, code) = sandbox.start_and_read_code().await;
    let moved = sandbox.post_json("/sandbox/clock", r#"{"advance_seconds": 601}"#).await;
    assert_eq!((moved.status, &moved.json()["offset_seconds"]), (200, &json!(601)));
    let now: DateTime<Utc> = moved.json()["now"].as_str().unwrap().parse().unwrap();
    assert!((now - sandbox.clock.now()).num_seconds().abs() < 60);
    assert_eq!(sandbox.get("/sandbox/clock").await.json()["offset_seconds"], 601);
    let future = sandbox.start_and_read_code().await;
    let back = sandbox.send(Method::DELETE, "/sandbox/clock").await;
    assert_eq!((back.status, &back.json()["offset_seconds"]), (200, &json!(0)));
    // Both stay expired: the first by its age, the second because it was created after the current time.
    for (sid, code) in [(sid, code), future] {
        assert_eq!(sandbox.check(("VerificationSid", &sid), &code).await.error(), (404, json!(20404)));
    }
    for (body, status, code) in [
        (r#"{"advance_seconds": -1}"#, 422, "clock_backwards"),
        (r#"{"advance_seconds": 315360001}"#, 422, "clock_too_far"),
        (r#"{"advance_seconds": "1"}"#, 422, "validation_failed"),
        (r#"{"advance_seconds": 1.5}"#, 422, "validation_failed"),
        (r#"{}"#, 422, "validation_failed"),
        (r#"{"advance_second": 1}"#, 422, "validation_failed"),
        ("", 400, "malformed_request"),
        ("{", 400, "malformed_request"),
    ] {
        assert_eq!(sandbox.post_json("/sandbox/clock", body).await.error(), (status, json!(code)), "{body}");
    }
}

#[tokio::test]
async fn a_reset_deletes_everything() {
    let sandbox = Sandbox::start();
    let (sid, _) = sandbox.start_and_read_code().await;
    let service = sandbox.post_as(ACCOUNT_SID, "/v2/Services", &[("FriendlyName", "x")]).await.json();
    sandbox.post_json("/sandbox/clock", r#"{"advance_seconds": 60}"#).await;
    assert_eq!(sandbox.send(Method::POST, "/sandbox/reset").await.status, 204);
    assert_eq!(sandbox.get("/sandbox/messages").await.json(), json!({"messages": []}));
    assert_eq!(sandbox.get("/sandbox/clock").await.json()["offset_seconds"], 0);
    assert_eq!(sandbox.service_get(&format!("/Verifications/{sid}")).await.status, 404);
    let url = service["url"].as_str().unwrap();
    let request = sandbox.client.get(url).basic_auth(ACCOUNT_SID, Some(AUTH_TOKEN));
    assert_eq!(Answer::of(request.send().await.unwrap()).await.status, 404);
    assert_eq!(sandbox.service_get("").await.json()["sid"], SERVICE_SID);
}

#[tokio::test]
async fn the_index_and_the_openapi_document_are_served() {
    let sandbox = Sandbox::start();
    assert_eq!(sandbox.get("/sandbox/health").await.json(), json!({"status": "ok"}));
    let index = sandbox.get("/").await;
    assert!(index.status == 200 && index.text.contains("/sandbox/code"));
    let document = sandbox.get("/sandbox/openapi.json").await.json();
    for path in ["/sandbox/messages", "/sandbox/code", "/sandbox/clock", "/sandbox/reset", "/sandbox/health"]
    {
        let operations = document["paths"][path].as_object().unwrap();
        assert!(operations.values().all(|operation| operation["responses"]["403"].is_object()), "{path}");
    }
}
