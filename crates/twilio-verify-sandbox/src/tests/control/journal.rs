//! The journal of requests.

use serde_json::json;

use crate::tests::*;

async fn requests(sandbox: &Sandbox, query: &str) -> Vec<Value> {
    let answer = sandbox.get(&format!("/sandbox/requests{query}")).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    answer.json()["requests"].as_array().unwrap().clone()
}

#[tokio::test]
async fn a_request_is_recorded_with_its_response_and_without_credentials() {
    let sandbox = Sandbox::start();
    let (sid, code) = sandbox.start_and_read_code().await;
    sandbox.check(("VerificationSid", &sid), &wrong_code(&code)).await;
    let found = requests(&sandbox, "").await;
    let [check, start] = found.as_slice() else { panic!("{found:?}") };
    assert_eq!(
        start,
        &json!({
            "id": "1", "at": start["at"], "account_sid": ACCOUNT_SID, "operation": "start",
            "operation_id": "CreateVerification", "method": "POST",
            "path": format!("/v2/Services/{SERVICE_SID}/Verifications"), "to": PHONE,
            "form": {"To": PHONE, "Channel": "sms"}, "status": 201,
        })
    );
    // The recipient of a SID is looked up.
    assert_eq!((&check["operation"], &check["to"]), (&json!("check"), &json!(PHONE)));
    assert_eq!(check["form"], json!({"VerificationSid": sid, "Code": wrong_code(&code)}));
    let text = sandbox.get("/sandbox/requests").await.text;
    assert!(!text.contains(AUTH_TOKEN) && !text.to_lowercase().contains("authorization"), "{text}");
}

#[tokio::test]
async fn the_journal_has_rejected_but_no_unauthenticated_requests() {
    let sandbox = Sandbox::start();
    sandbox.service_post("/Verifications", &[("To", "123"), ("Channel", "sms")]).await;
    sandbox.service_post("/Nothing", &[]).await;
    sandbox.service_get("/Verifications/%2B12015550123").await;
    let unauthenticated =
        sandbox.client.post(sandbox.url(&format!("/v2/Services/{SERVICE_SID}/Verifications")));
    assert_eq!(unauthenticated.form(&[("To", PHONE)]).send().await.unwrap().status(), 401);
    let too_large = sandbox.client.post(sandbox.url(&format!("/v2/Services/{SERVICE_SID}/Verifications")));
    let too_large = too_large.basic_auth(ACCOUNT_SID, Some(AUTH_TOKEN)).body("x".repeat(70_000));
    assert_eq!(too_large.send().await.unwrap().status(), 413);
    let fields: Vec<Value> = requests(&sandbox, "")
        .await
        .iter()
        .map(|found| {
            json!([
                found["operation_id"],
                found["operation"],
                found["to"],
                found["status"],
                found["twilio_code"]
            ])
        })
        .collect();
    assert_eq!(
        json!(fields),
        json!([
            ["CreateVerification", "start", null, 413, 20413],
            ["FetchVerification", "other", PHONE, 404, 20404],
            [null, "other", null, 404, 20404],
            ["CreateVerification", "start", "123", 400, 60200],
        ])
    );
}

#[tokio::test]
async fn requests_are_filtered_and_deleted() {
    let sandbox = Sandbox::start();
    let other = format!("AC{}", "2".repeat(32));
    sandbox.start_and_read_code().await;
    sandbox.check(("To", PHONE), "000000").await;
    let path = format!("/v2/Services/{SERVICE_SID}/Verifications");
    sandbox.post_as(&other, &path, &[("To", "+12015550124"), ("Channel", "sms")]).await;
    let ids = async |query: &str| -> Vec<String> {
        requests(&sandbox, query).await.iter().map(|found| found["id"].as_str().unwrap().into()).collect()
    };
    assert_eq!(ids("").await, ["3", "2", "1"]);
    assert_eq!(ids("?to=+12015550123").await, ["2", "1"]);
    assert_eq!(ids("?operation=start").await, ["3", "1"]);
    assert_eq!(ids("?operation=CreateVerificationCheck").await, ["2"]);
    assert_eq!(ids("?operation=any&limit=1").await, ["3"]);
    assert!(ids("?operation=other").await.is_empty());
    assert_eq!(ids("?after=2").await, ["3"]);
    assert_eq!(ids(&format!("?account={other}")).await, ["3"]);
    for bad in ["operation=stop", "after=x", "wait=31", "limit=0", "account=AC1"] {
        let answer = sandbox.get(&format!("/sandbox/requests?{bad}")).await;
        assert_eq!(answer.error(), (422, json!("validation_failed")), "{bad}");
    }
    let gone = sandbox.send(Method::DELETE, "/sandbox/requests?to=+12015550123").await;
    assert_eq!(gone.status, 204);
    assert_eq!(ids("").await, ["3"]);
    assert_eq!(sandbox.send(Method::DELETE, "/sandbox/requests?account=AC1").await.status, 422);
    sandbox.send(Method::DELETE, &format!("/sandbox/requests?account={ACCOUNT_SID}")).await;
    assert_eq!(ids("").await, ["3"]);
    sandbox.send(Method::DELETE, "/sandbox/requests").await;
    assert!(ids("").await.is_empty());
    sandbox.start_sms().await;
    assert_eq!(ids("").await, ["4"]);
    sandbox.send(Method::POST, "/sandbox/reset").await;
    assert!(ids("").await.is_empty());
}

#[tokio::test]
async fn wait_ends_when_a_matching_request_arrives() {
    let sandbox = Sandbox::start();
    let wanted = format!("?to={PHONE}&operation=check&wait=30");
    let (found, _) = tokio::join!(requests(&sandbox, &wanted), async {
        sandbox.start_sms().await;
        sandbox.check(("To", PHONE), "000000").await
    });
    assert_eq!((found.len(), &found[0]["operation"]), (1, &json!("check")));
}
