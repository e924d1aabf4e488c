//! The effect of each kind of fault.

use std::time::{Duration, Instant};

use serde_json::json;

use crate::tests::*;

const START: &str = "To=%2B12015550123&Channel=sms";

impl Sandbox {
    async fn message_count(&self) -> usize {
        self.get("/sandbox/messages").await.json()["messages"].as_array().unwrap().len()
    }

    async fn hits(&self, id: &Value) -> Value {
        self.get(&format!("/sandbox/faults/{}", id.as_str().unwrap())).await.json()["hits"].clone()
    }

    /// Starts a verification with a client that does not retry.
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
async fn status_answers_an_error_without_doing_the_work() {
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
        let id = sandbox.create_fault(fault).await;
        let answer = sandbox.start_sms().await;
        assert_eq!(answer.error(), (status, json!(code)), "{settings}");
        let header = answer.headers.get("retry-after").map(|value| value.to_str().unwrap());
        assert_eq!(header, retry_after);
        let body = answer.json();
        assert_eq!(body["more_info"], format!("https://www.twilio.com/docs/errors/{code}"));
        assert_eq!(body.as_object().unwrap().len(), 4, "{body}");
        assert_eq!(answer.headers.contains_key("www-authenticate"), status == 401);
        assert_eq!(sandbox.hits(&id).await, 1);
        let recorded = sandbox.newest_request().await;
        assert_eq!((&recorded["status"], &recorded["twilio_code"]), (&json!(status), &json!(code)));
        assert_eq!((&recorded["fault"], &recorded["fault_id"]), (&json!("status"), &id));
    }
    assert_eq!(sandbox.message_count().await, 0);
    assert_eq!(sandbox.start_sms().await.status, 201);
}

#[tokio::test]
async fn drop_closes_the_connection_before_any_work() {
    let sandbox = Sandbox::start();
    let id = sandbox.create_fault(json!({"operation": "start", "fault": "drop", "times": 2})).await;
    assert_eq!(sandbox.post_raw("/Verifications", START).await, "");
    let error = sandbox.try_start().await.unwrap_err();
    assert!(error.is_request() && error.status().is_none(), "{error:?}");
    // The client sent one request. It cannot know whether the work was done, so it does not retry.
    assert_eq!((sandbox.hits(&id).await, sandbox.message_count().await), (json!(2), 0));
    let recorded = sandbox.newest_request().await;
    assert_eq!((recorded["fault"].clone(), recorded.get("status")), (json!("drop"), None));
    assert_eq!(sandbox.start_sms().await.status, 201);
}

#[tokio::test]
async fn sent_then_drop_closes_the_connection_after_the_work() {
    let sandbox = Sandbox::start();
    let id = sandbox.create_fault(json!({"operation": "start", "fault": "sent_then_drop", "times": 2})).await;
    assert_eq!(sandbox.post_raw("/Verifications", START).await, "");
    assert!(sandbox.try_start().await.unwrap_err().is_request());
    assert_eq!((sandbox.hits(&id).await, sandbox.message_count().await), (json!(2), 2));
    let recorded = sandbox.newest_request().await;
    assert_eq!((recorded["fault"].clone(), recorded.get("status")), (json!("sent_then_drop"), None));
    // The check is processed although its response is lost.
    let code = sandbox.get(&format!("/sandbox/code?to={PHONE}")).await.text;
    sandbox.create_fault(json!({"operation": "check", "fault": "sent_then_drop"})).await;
    let form = format!("To=%2B12015550123&Code={code}");
    assert_eq!(sandbox.post_raw("/VerificationCheck", &form).await, "");
    assert_eq!(sandbox.check(("To", PHONE), &code).await.error(), (404, json!(20404)));
}

#[tokio::test]
async fn malformed_keeps_the_real_head_and_sends_invalid_json() {
    let sandbox = Sandbox::start();
    sandbox.create_fault(json!({"operation": "start", "fault": "malformed"})).await;
    let answer = sandbox.start_sms().await;
    assert_eq!((answer.status, answer.headers["content-type"].to_str().unwrap()), (201, "application/json"));
    assert!(serde_json::from_str::<Value>(&answer.text).is_err(), "{}", answer.text);
    assert_eq!(sandbox.message_count().await, 1);
    let recorded = sandbox.newest_request().await;
    assert_eq!((&recorded["fault"], &recorded["status"]), (&json!("malformed"), &json!(201)));
}

#[tokio::test]
async fn truncated_keeps_the_real_head_and_sends_half_of_the_body() {
    let sandbox = Sandbox::start();
    sandbox.create_fault(json!({"operation": "start", "fault": "truncated", "times": 2})).await;
    let answer = sandbox.post_raw("/Verifications", START).await;
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    assert!(head.starts_with("HTTP/1.1 201 Created\r\n"), "{head}");
    let announced = head.lines().find_map(|line| line.strip_prefix("content-length: ")).unwrap();
    let announced: usize = announced.parse().unwrap();
    assert!(announced > 100 && body.len() == announced / 2, "{announced}, {}", body.len());
    assert!(body.starts_with("{\"sid\":\"VE"), "{body}");
    let error = sandbox.try_start().await.unwrap_err();
    assert!(error.is_body() || error.is_decode(), "{error:?}");
    assert_eq!(sandbox.message_count().await, 2);
}

#[tokio::test]
async fn delay_holds_the_request_and_then_processes_it() {
    let sandbox = Sandbox::start();
    sandbox.create_fault(json!({"operation": "start", "fault": "delay", "delay_ms": 300})).await;
    let started = Instant::now();
    let impatient = sandbox.open_raw("/Verifications", START).await;
    let recorded = sandbox.get("/sandbox/requests?wait=30").await.json()["requests"][0].clone();
    assert_eq!((recorded["fault"].clone(), recorded.get("status")), (json!("delay"), None));
    drop(impatient);
    // A client that disconnects still gets its code, as with any provider.
    let code = sandbox.get(&format!("/sandbox/code?to={PHONE}&wait=30")).await;
    assert_eq!(code.status, 200);
    assert!(started.elapsed() >= Duration::from_millis(300));
    assert_eq!(sandbox.newest_request().await["status"], 201);
}

#[tokio::test]
async fn faults_come_after_authentication_and_before_parameters() {
    let sandbox = Sandbox::start();
    let id =
        sandbox.create_fault(json!({"operation": "any", "fault": "status", "status": 503, "times": 9})).await;
    let url = sandbox.url(&format!("/v2/Services/{SERVICE_SID}/Verifications"));
    assert_eq!(sandbox.client.post(&url).send().await.unwrap().status(), 401);
    assert_eq!(sandbox.hits(&id).await, 0);
    assert_eq!(sandbox.service_post("/Verifications", &[]).await.error(), (503, json!(20503)));
    assert_eq!(sandbox.service_get("/Nothing").await.error(), (503, json!(20503)));
    assert_eq!(sandbox.hits(&id).await, 2);
    // Faults do not affect the control API.
    assert_eq!(sandbox.get("/sandbox/health").await.status, 200);
}
