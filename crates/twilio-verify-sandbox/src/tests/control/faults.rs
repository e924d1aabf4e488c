//! Faults in the control API: creation, counting, filters and deletion.

use serde_json::json;

use crate::tests::*;

#[tokio::test]
async fn a_fault_is_returned_with_all_its_settings() {
    let sandbox = Sandbox::start();
    let body = json!({"operation": "start", "fault": "status", "status": 429, "retry_after": 3, "to": PHONE,
        "account": ACCOUNT_SID, "times": 2, "after": 1});
    let created = sandbox.post_value("/sandbox/faults", &body).await;
    let expected = json!({"id": "1", "operation": "start", "fault": "status", "status": 429, "code": 20429,
        "retry_after": 3, "times": 2, "after": 1, "to": PHONE, "account": ACCOUNT_SID, "hits": 0});
    assert_eq!((created.status, created.json()), (201, expected.clone()));
    assert_eq!(sandbox.get("/sandbox/faults/1").await.json(), expected);
    assert_eq!(sandbox.get("/sandbox/faults").await.json(), json!({"faults": [expected]}));
    let delay = json!({"operation": "FetchService", "fault": "delay", "delay_ms": 1});
    let created = sandbox.post_value("/sandbox/faults", &delay).await;
    let expected = json!({"id": "2", "operation": "FetchService", "fault": "delay", "delay_ms": 1, "times": 1,
        "after": 0, "hits": 0});
    assert_eq!(created.json(), expected);
    assert_eq!(sandbox.service_get("").await.status, 200);
    assert_eq!(sandbox.get("/sandbox/faults/2").await.json()["hits"], 1);
}

#[tokio::test]
async fn times_and_after_count_matching_requests_only() {
    let sandbox = Sandbox::start();
    let fault =
        json!({"operation": "start", "fault": "status", "status": 500, "times": 2, "after": 1, "to": PHONE});
    let id = sandbox.create_fault(fault).await;
    let mut statuses = Vec::new();
    for to in [PHONE, "+12015550124", PHONE, PHONE, PHONE] {
        statuses.push(sandbox.service_post("/Verifications", &[("To", to), ("Channel", "sms")]).await.status);
    }
    assert_eq!(statuses, [201, 201, 500, 500, 201]);
    let fault = sandbox.get(&format!("/sandbox/faults/{}", id.as_str().unwrap())).await.json();
    assert_eq!((&fault["hits"], &fault["times"]), (&json!(2), &json!(2)));
}

#[tokio::test]
async fn a_check_by_sid_matches_the_faults_of_its_recipient() {
    let sandbox = Sandbox::start();
    let (sid, code) = sandbox.start_and_read_code().await;
    let for_other_number =
        json!({"operation": "any", "fault": "status", "status": 500, "to": "+12015550124"});
    let other = sandbox.create_fault(for_other_number).await;
    sandbox.create_fault(json!({"operation": "check", "fault": "status", "status": 502, "to": PHONE})).await;
    sandbox
        .create_fault(
            json!({"operation": "FetchVerification", "fault": "status", "status": 504, "to": PHONE}),
        )
        .await;
    assert_eq!(sandbox.check(("VerificationSid", &sid), &code).await.status, 502);
    assert_eq!(sandbox.service_get(&format!("/Verifications/{sid}")).await.status, 504);
    assert_eq!(sandbox.check(("VerificationSid", &sid), &code).await.json()["status"], "approved");
    assert_eq!(sandbox.get(&format!("/sandbox/faults/{}", other.as_str().unwrap())).await.json()["hits"], 0);
}

#[tokio::test]
async fn parallel_test_suites_create_and_delete_their_own_faults() {
    let sandbox = Sandbox::start();
    let other = format!("AC{}", "3".repeat(32));
    sandbox
        .create_fault(json!({"operation": "start", "fault": "status", "status": 500, "account": other}))
        .await;
    sandbox.create_fault(json!({"operation": "start", "fault": "status", "status": 502, "to": PHONE})).await;
    let ids = async |query: &str| -> Vec<String> {
        let body = sandbox.get(&format!("/sandbox/faults{query}")).await.json();
        let faults = body["faults"].as_array().unwrap().iter();
        faults.map(|fault| fault["id"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(ids("").await, ["1", "2"]);
    assert_eq!(ids("?to=+12015550123").await, ["2"]);
    assert_eq!(ids(&format!("?account={other}")).await, ["1"]);
    assert!(ids("?to=+12015550199").await.is_empty());
    // Each suite meets its own faults only.
    let to = [("To", "+12015550124"), ("Channel", "sms")];
    assert_eq!(sandbox.service_post("/Verifications", &to).await.status, 201);
    let path = format!("/v2/Services/{SERVICE_SID}/Verifications");
    assert_eq!(sandbox.post_as(&other, &path, &to).await.status, 500);

    assert_eq!(sandbox.send(Method::DELETE, "/sandbox/faults?to=+12015550199").await.status, 204);
    assert_eq!(ids("").await, ["1", "2"]);
    sandbox.send(Method::DELETE, &format!("/sandbox/faults?account={other}")).await;
    assert_eq!(ids("").await, ["2"]);
    assert_eq!(sandbox.send(Method::DELETE, "/sandbox/faults/2").await.status, 204);
    assert_eq!(sandbox.send(Method::DELETE, "/sandbox/faults/2").await.error(), (404, json!("not_found")));
    assert_eq!(sandbox.get("/sandbox/faults/2").await.error(), (404, json!("not_found")));
    assert_eq!(sandbox.get("/sandbox/faults/x").await.error(), (404, json!("not_found")));
    assert_eq!(sandbox.start_sms().await.status, 201);
    sandbox.create_fault(json!({"operation": "any", "fault": "drop"})).await;
    sandbox.send(Method::DELETE, "/sandbox/faults").await;
    assert!(ids("").await.is_empty());
    sandbox.create_fault(json!({"operation": "any", "fault": "drop"})).await;
    sandbox.send(Method::POST, "/sandbox/reset").await;
    assert!(ids("").await.is_empty());
}

#[tokio::test]
async fn an_invalid_fault_is_rejected_and_the_member_named() {
    let sandbox = Sandbox::start();
    for (body, status, code, named) in [
        ("", 400, "malformed_request", ""),
        ("{", 400, "malformed_request", ""),
        ("[]", 422, "validation_failed", ""),
        ("{}", 422, "validation_failed", "`operation`"),
        (r#"{"operation":"any"}"#, 422, "validation_failed", "`fault`"),
        (r#"{"operation":"any","fault":"drop","times":"2"}"#, 422, "validation_failed", "`times`"),
        (
            r#"{"operation":"any","fault":"drop","probability":0.1}"#,
            422,
            "validation_failed",
            "`probability`",
        ),
    ] {
        let answer = sandbox.post_json("/sandbox/faults", body).await;
        assert_eq!(answer.error(), (status, json!(code)), "{body}");
        assert!(answer.json()["detail"].as_str().unwrap().contains(named), "{}", answer.text);
    }
    assert_eq!(sandbox.get("/sandbox/faults?account=AC1").await.error(), (422, json!("validation_failed")));
    let answer = sandbox.send(Method::DELETE, "/sandbox/faults?account=AC1").await;
    assert_eq!(answer.error(), (422, json!("validation_failed")));
    // A misspelt parameter must not delete the faults of other suites.
    for path in ["/sandbox/faults?acount=x", "/sandbox/requests?acount=x"] {
        let answer = sandbox.send(Method::DELETE, path).await;
        assert_eq!(answer.error(), (422, json!("validation_failed")), "{path}");
    }
    let answer = sandbox.send(Method::POST, "/sandbox/reset?acount=x").await;
    assert_eq!(answer.error(), (422, json!("validation_failed")));
    assert_eq!(sandbox.get("/sandbox/faults").await.json(), json!({"faults": []}));
}

#[tokio::test]
async fn unspent_faults_are_never_evicted() {
    let sandbox = Sandbox::start();
    let fault = r#"{"operation":"any","fault":"drop","to":"+12015550199"}"#;
    for _ in 0..crate::faults::CAPACITY {
        assert_eq!(sandbox.post_json("/sandbox/faults", fault).await.status, 201);
    }
    assert_eq!(sandbox.post_json("/sandbox/faults", fault).await.error(), (409, json!("too_many_faults")));
}
