//! Delayed codes arrive exactly once, however the clock is moved.

use std::time::{Duration, Instant};

use serde_json::json;

use crate::tests::*;

const LATE: &str = "+14155550180";

impl Sandbox {
    async fn start_late(&self, account: &str) {
        let path = format!("/v2/Services/{SERVICE_SID}/Verifications");
        let answer = self.post_as(account, &path, &[("To", LATE), ("Channel", "sms")]).await;
        assert_eq!(answer.status, 201, "{}", answer.text);
    }

    async fn received_count(&self) -> usize {
        let body = self.get(&format!("/sandbox/messages?to={LATE}")).await.json();
        body["messages"].as_array().unwrap().len()
    }

    async fn move_clock(&self, body: &'static str) {
        assert_eq!(self.post_json("/sandbox/clock", body).await.status, 200);
    }
}

#[tokio::test]
async fn a_late_code_arrives_after_eight_seconds() {
    let sandbox = Sandbox::start();
    let started = Instant::now();
    sandbox.start_late(ACCOUNT_SID).await;
    assert_eq!(sandbox.received_count().await, 0);
    assert_eq!(sandbox.get(&format!("/sandbox/code?to={LATE}&wait=30")).await.status, 200);
    assert!(started.elapsed() >= Duration::from_secs(8), "{:?}", started.elapsed());
    assert_eq!(sandbox.received_count().await, 1);
    // Advancing the clock does not deliver it again.
    sandbox.move_clock(r#"{"advance_seconds": 60}"#).await;
    assert_eq!(sandbox.received_count().await, 1);
}

#[tokio::test]
async fn advancing_the_clock_delivers_a_late_code_once() {
    let sandbox = Sandbox::start();
    sandbox.start_late(ACCOUNT_SID).await;
    let started = Instant::now();
    sandbox.move_clock(r#"{"advance_seconds": 1}"#).await;
    assert_eq!(sandbox.received_count().await, 0);
    let wanted = format!("/sandbox/code?to={LATE}&wait=30");
    let (code, ()) = tokio::join!(sandbox.get(&wanted), sandbox.move_clock(r#"{"advance_seconds": 8}"#));
    assert_eq!((code.status, code.text.len()), (200, 6));
    assert!(started.elapsed() < Duration::from_secs(8), "{:?}", started.elapsed());
    assert_eq!(sandbox.check(("To", LATE), &code.text).await.json()["status"], "approved");
    // The timer of the first message has fired by now and must not deliver it again.
    let body = sandbox.get(&format!("/sandbox/messages?to={LATE}")).await.json();
    let last = body["messages"][0]["id"].as_str().unwrap();
    sandbox.start_late(ACCOUNT_SID).await;
    let next = sandbox.get(&format!("/sandbox/messages?to={LATE}&after={last}&wait=30")).await.json();
    assert_eq!(next["messages"].as_array().unwrap().len(), 1);
    assert!(started.elapsed() >= Duration::from_secs(8));
    assert_eq!(sandbox.received_count().await, 2);
}

#[tokio::test]
async fn resetting_the_clock_loses_no_message() {
    let sandbox = Sandbox::start();
    sandbox.move_clock(r#"{"advance_seconds": 3600}"#).await;
    sandbox.start_late(ACCOUNT_SID).await;
    assert_eq!(sandbox.send(Method::DELETE, "/sandbox/clock").await.status, 200);
    assert_eq!(sandbox.received_count().await, 0);
    sandbox.move_clock(r#"{"advance_seconds": 8}"#).await;
    assert_eq!(sandbox.received_count().await, 1);
    assert_eq!(sandbox.send(Method::DELETE, "/sandbox/clock").await.status, 200);
    assert_eq!(sandbox.received_count().await, 1);
}

#[tokio::test]
async fn a_reset_discards_messages_in_transit() {
    let sandbox = Sandbox::start();
    let other = format!("AC{}", "4".repeat(32));
    sandbox.start_late(ACCOUNT_SID).await;
    sandbox.start_late(&other).await;
    let reset = sandbox.send(Method::POST, &format!("/sandbox/reset?account={ACCOUNT_SID}")).await;
    assert_eq!(reset.status, 204);
    sandbox.move_clock(r#"{"advance_seconds": 8}"#).await;
    assert_eq!(sandbox.received_count().await, 1);
    sandbox.start_late(&other).await;
    sandbox.send(Method::POST, "/sandbox/reset").await;
    sandbox.move_clock(r#"{"advance_seconds": 8}"#).await;
    assert_eq!(sandbox.received_count().await, 0);
}

#[tokio::test]
async fn resetting_one_account_leaves_the_others_alone() {
    let sandbox = Sandbox::start();
    let other = format!("AC{}", "5".repeat(32));
    let path = format!("/v2/Services/{SERVICE_SID}/Verifications");
    let form = [("To", PHONE), ("Channel", "sms")];
    for account in [ACCOUNT_SID, &other] {
        assert_eq!(sandbox.post_as(account, &path, &form).await.status, 201);
        let fault = json!({"operation": "check", "fault": "drop", "account": account});
        sandbox.create_fault(fault).await;
    }
    sandbox.create_fault(json!({"operation": "check", "fault": "drop", "to": "+12015550199"})).await;
    let service = sandbox.post_as(&other, "/v2/Services", &[("FriendlyName", "x")]).await.json();
    sandbox.move_clock(r#"{"advance_seconds": 60}"#).await;
    assert_eq!(sandbox.send(Method::POST, &format!("/sandbox/reset?account={other}")).await.status, 204);
    for list in ["messages", "requests", "faults"] {
        let count = async |account: &str| {
            let body = sandbox.get(&format!("/sandbox/{list}?account={account}")).await.json();
            body[list].as_array().unwrap().len()
        };
        assert_eq!((count(&other).await, count(ACCOUNT_SID).await), (0, 1), "{list}");
    }
    assert_eq!(sandbox.get("/sandbox/faults").await.json()["faults"].as_array().unwrap().len(), 2);
    assert_eq!(sandbox.get("/sandbox/clock").await.json()["offset_seconds"], 60);
    // The account's service remains; its verification is gone.
    let url = sandbox.url(&format!("{path}/{PHONE}"));
    let get = async |url: &str| {
        let request = sandbox.client.get(url).basic_auth(&other, Some(AUTH_TOKEN));
        request.send().await.unwrap().status().as_u16()
    };
    assert_eq!((get(service["url"].as_str().unwrap()).await, get(&url).await), (200, 404));
    let wrong = sandbox.send(Method::POST, "/sandbox/reset?account=AC1").await;
    assert_eq!(wrong.error(), (422, json!("validation_failed")));
}
