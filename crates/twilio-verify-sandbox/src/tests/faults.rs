//! Faults: what they do to a request.

use std::time::{Duration, Instant};

use serde_json::json;

use super::*;

const START: &str = "To=%2B12015550123&Channel=sms";

impl Sandbox {
    async fn messages(&self) -> usize {
        self.get("/sandbox/messages").await.json()["messages"].as_array().unwrap().len()
    }

    async fn hits(&self, id: &Value) -> Value {
        self.get(&format!("/sandbox/faults/{}", id.as_str().unwrap())).await.json()["hits"].clone()
    }

    /// A start by a client that gives up on a broken answer.
    async fn try_start(&self) -> reqwest::Result<String> {
        let url = self.url(&format!("/v2/Services/{SERVICE_SID}/Verifications"));
        let request = self.client.post(url).basic_auth(ACCOUNT_SID, Some(AUTH_TOKEN));
        request.form(&[("To", PHONE), ("Channel", "sms")]).send().await?.text().await
    }

    async fn newest_request(&self) -> Value {
        self.get("/sandbox/requests?limit=1").await.json()["requests"][0].clone()
    }
}

#[tokio::test]
async fn a_status_is_answered_with_twilios_body_and_nothing_is_done() {
    let sandbox = Sandbox::start();
    for (settings, status, code, retry_after) in [
        (json!({"status": 500}), 500, 20500, None),
        (json!({"status": 503}), 503, 20503, None),
        (json!({"status": 429}), 429, 20429, None),
        (json!({"status": 429, "retry_after": 7}), 429, 20429, Some("7")),
        (json!({"status": 429, "retry_after": 0}), 429, 20429, Some("0")),
        (json!({"status": 403, "code": 60410}), 403, 60410, None),
        (json!({"status": 401}), 401, 20003, None),
        (json!({"status": 599, "code": 99999}), 599, 99999, None),
    ] {
        let mut fault = settings.clone();
        fault["operation"] = json!("start");
        fault["fault"] = json!("status");
        let id = sandbox.broken(fault).await;
        let answer = sandbox.start_sms().await;
        assert_eq!(answer.error(), (status, json!(code)), "{settings}");
        let told = answer.headers.get("retry-after").map(|value| value.to_str().unwrap());
        assert_eq!(told, retry_after);
        let body = answer.json();
        assert_eq!(body["more_info"], format!("https://www.twilio.com/docs/errors/{code}"));
        assert_eq!(body.as_object().unwrap().len(), 4, "{body}");
        assert_eq!(answer.headers.contains_key("www-authenticate"), status == 401);
        assert_eq!(sandbox.hits(&id).await, 1);
        let written = sandbox.newest_request().await;
        assert_eq!((&written["status"], &written["twilio_code"]), (&json!(status), &json!(code)));
        assert_eq!((&written["fault"], &written["fault_id"]), (&json!("status"), &id));
    }
    assert_eq!(sandbox.messages().await, 0);
    assert_eq!(sandbox.start_sms().await.status, 201);
}

#[tokio::test]
async fn a_drop_ends_the_connection_before_anything_is_done() {
    let sandbox = Sandbox::start();
    let id = sandbox.broken(json!({"operation": "start", "fault": "drop", "times": 2})).await;
    assert_eq!(sandbox.raw("/Verifications", START).await, "");
    let error = sandbox.try_start().await.unwrap_err();
    assert!(error.is_request() && error.status().is_none(), "{error:?}");
    // The client asked once: it cannot know that nothing was done.
    assert_eq!((sandbox.hits(&id).await, sandbox.messages().await), (json!(2), 0));
    let written = sandbox.newest_request().await;
    assert_eq!((written["fault"].clone(), written.get("status")), (json!("drop"), None));
    assert_eq!(sandbox.start_sms().await.status, 201);
}

#[tokio::test]
async fn sent_then_drop_ends_the_connection_when_all_is_done() {
    let sandbox = Sandbox::start();
    let id = sandbox.broken(json!({"operation": "start", "fault": "sent_then_drop", "times": 2})).await;
    assert_eq!(sandbox.raw("/Verifications", START).await, "");
    assert!(sandbox.try_start().await.unwrap_err().is_request());
    assert_eq!((sandbox.hits(&id).await, sandbox.messages().await), (json!(2), 2));
    let written = sandbox.newest_request().await;
    assert_eq!((written["fault"].clone(), written.get("status")), (json!("sent_then_drop"), None));
    // A check that was lost was made.
    let code = sandbox.get(&format!("/sandbox/code?to={PHONE}")).await.text;
    sandbox.broken(json!({"operation": "check", "fault": "sent_then_drop"})).await;
    let form = format!("To=%2B12015550123&Code={code}");
    assert_eq!(sandbox.raw("/VerificationCheck", &form).await, "");
    assert_eq!(sandbox.check(("To", PHONE), &code).await.error(), (404, json!(20404)));
}

#[tokio::test]
async fn a_malformed_answer_has_the_real_head_and_no_json() {
    let sandbox = Sandbox::start();
    sandbox.broken(json!({"operation": "start", "fault": "malformed"})).await;
    let answer = sandbox.start_sms().await;
    assert_eq!((answer.status, answer.headers["content-type"].to_str().unwrap()), (201, "application/json"));
    assert!(serde_json::from_str::<Value>(&answer.text).is_err(), "{}", answer.text);
    assert_eq!(sandbox.messages().await, 1);
    let written = sandbox.newest_request().await;
    assert_eq!((&written["fault"], &written["status"]), (&json!("malformed"), &json!(201)));
}

#[tokio::test]
async fn a_truncated_answer_has_the_real_head_and_half_of_the_body() {
    let sandbox = Sandbox::start();
    sandbox.broken(json!({"operation": "start", "fault": "truncated", "times": 2})).await;
    let answer = sandbox.raw("/Verifications", START).await;
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    assert!(head.starts_with("HTTP/1.1 201 Created\r\n"), "{head}");
    let announced = head.lines().find_map(|line| line.strip_prefix("content-length: ")).unwrap();
    let announced: usize = announced.parse().unwrap();
    assert!(announced > 100 && body.len() == announced / 2, "{announced}, {}", body.len());
    assert!(body.starts_with("{\"sid\":\"VE"), "{body}");
    let error = sandbox.try_start().await.unwrap_err();
    assert!(error.is_body() || error.is_decode(), "{error:?}");
    assert_eq!(sandbox.messages().await, 2);
}

#[tokio::test]
async fn a_delay_holds_the_request_and_then_lets_it_go_on() {
    let sandbox = Sandbox::start();
    sandbox.broken(json!({"operation": "start", "fault": "delay", "delay_ms": 300})).await;
    let begun = Instant::now();
    let impatient = sandbox.raw_begun("/Verifications", START).await;
    let written = sandbox.get("/sandbox/requests?wait=30").await.json()["requests"][0].clone();
    assert_eq!((written["fault"].clone(), written.get("status")), (json!("delay"), None));
    drop(impatient);
    // Who hangs up gets the code all the same, as with any provider.
    let code = sandbox.get(&format!("/sandbox/code?to={PHONE}&wait=30")).await;
    assert_eq!(code.status, 200);
    assert!(begun.elapsed() >= Duration::from_millis(300));
    assert_eq!(sandbox.newest_request().await["status"], 201);
}

#[tokio::test]
async fn strangers_meet_no_fault_and_an_outage_judges_no_parameters() {
    let sandbox = Sandbox::start();
    let id = sandbox.broken(json!({"operation": "any", "fault": "status", "status": 503, "times": 9})).await;
    let url = sandbox.url(&format!("/v2/Services/{SERVICE_SID}/Verifications"));
    assert_eq!(sandbox.client.post(&url).send().await.unwrap().status(), 401);
    assert_eq!(sandbox.hits(&id).await, 0);
    assert_eq!(sandbox.service_post("/Verifications", &[]).await.error(), (503, json!(20503)));
    assert_eq!(sandbox.service_get("/Nothing").await.error(), (503, json!(20503)));
    assert_eq!(sandbox.hits(&id).await, 2);
    // The control API is no provider.
    assert_eq!(sandbox.get("/sandbox/health").await.status, 200);
}
