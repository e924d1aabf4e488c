//! Updates and deletion of services.

use serde_json::json;

use crate::tests::*;

async fn new_service(sandbox: &Sandbox, form: &[(&str, &str)]) -> String {
    let answer = sandbox.post("/v2/Services", form).await;
    assert_eq!(answer.status, 201, "{}", answer.text);
    format!("/v2/Services/{}", answer.json()["sid"].as_str().unwrap())
}

#[tokio::test]
async fn an_update_changes_the_sent_settings_and_applies_to_later_starts() {
    let sandbox = Sandbox::start();
    let path = new_service(&sandbox, &[("FriendlyName", "Acme"), ("Totp.Skew", "2")]).await;
    let before = sandbox.request(Method::GET, &path).await.json();
    assert_eq!(before["date_created"], before["date_updated"]);
    sandbox.clock.advance(5);
    let form = [("FriendlyName", "Acme 2"), ("CodeLength", "8"), ("LookupEnabled", "true")];
    let updated = sandbox.post(&path, &form).await;
    assert_eq!(updated.status, 200, "{}", updated.text);
    let after = updated.json();
    assert_eq!((&after["friendly_name"], &after["code_length"]), (&json!("Acme 2"), &json!(8)));
    assert_eq!((&after["lookup_enabled"], &after["psd2_enabled"]), (&json!(true), &json!(false)));
    assert_eq!(after["totp"], json!({"issuer": "Acme 2", "time_step": 30, "code_length": 6, "skew": 2}));
    assert_eq!(after["date_created"], before["date_created"]);
    assert!(is_date(&after["date_updated"]) && after["date_updated"] != before["date_updated"]);
    assert_eq!((members(&after), &after["url"]), (members(&before), &before["url"]));
    assert_eq!(sandbox.request(Method::GET, &path).await.json(), after);

    sandbox.post(&format!("{path}/Verifications"), &[("To", PHONE), ("Channel", "sms")]).await;
    let message = &sandbox.get("/sandbox/messages").await.json()["messages"][0];
    assert_eq!(message["code"].as_str().unwrap().len(), 8);
    assert!(message["body"].as_str().unwrap().contains("Acme 2"));
}

#[tokio::test]
async fn a_rejected_update_changes_nothing() {
    let sandbox = Sandbox::start();
    let path = new_service(&sandbox, &[("FriendlyName", "Acme")]).await;
    let before = sandbox.request(Method::GET, &path).await.json();
    for form in [
        [("CodeLength", "8"), ("FriendlyName", "call 12345")],
        [("CodeLength", "8"), ("Totp.TimeStep", "61")],
        [("CodeLength", "8"), ("SkipSmsToLandlines", "true")],
        [("CodeLength", "8"), ("DefaultTemplateSid", "HJ1")],
        [("CodeLength", "8"), ("Passkeys.UserVerification", "perhaps")],
    ] {
        assert_eq!(sandbox.post(&path, &form).await.error(), (400, json!(60200)), "{form:?}");
    }
    assert_eq!(sandbox.request(Method::GET, &path).await.json(), before);
    let nowhere = format!("/v2/Services/VA{}", "0".repeat(32));
    assert_eq!(sandbox.post(&nowhere, &[("CodeLength", "x")]).await.error(), (404, json!(20404)));
}

#[tokio::test]
async fn skipping_landlines_requires_the_lookup() {
    let sandbox = Sandbox::start();
    let skip = ("SkipSmsToLandlines", "true");
    let refused = sandbox.post("/v2/Services", &[("FriendlyName", "Acme"), skip]).await;
    assert_eq!(refused.error(), (400, json!(60200)));
    let path = new_service(&sandbox, &[("FriendlyName", "Acme"), ("LookupEnabled", "true"), skip]).await;
    let off = ("LookupEnabled", "false");
    assert_eq!(sandbox.post(&path, &[off]).await.error(), (400, json!(60200)));
    let both = sandbox.post(&path, &[off, ("SkipSmsToLandlines", "false")]).await;
    assert_eq!((both.status, &both.json()["skip_sms_to_landlines"]), (200, &json!(false)));
}

#[tokio::test]
async fn deleting_a_service_deletes_everything_below_it() {
    let sandbox = Sandbox::start();
    let path = new_service(&sandbox, &[("FriendlyName", "Acme")]).await;
    let started = sandbox.post(&format!("{path}/Verifications"), &[("To", PHONE), ("Channel", "sms")]).await;
    let sid = started.json()["sid"].as_str().unwrap().to_owned();
    let code = sandbox.get(&format!("/sandbox/code?to={PHONE}")).await.text;
    let limit = sandbox.post(&format!("{path}/RateLimits"), &[("UniqueName", "ip")]).await.json();
    let limit = path_of(&limit["url"]);

    let deleted = sandbox.request(Method::DELETE, &path).await;
    assert_eq!((deleted.status, deleted.text.as_str()), (204, ""));
    for gone in [
        path.clone(),
        format!("{path}/Verifications/{sid}"),
        format!("{path}/RateLimits"),
        limit.clone(),
        format!("{limit}/Buckets"),
    ] {
        assert_eq!(sandbox.request(Method::GET, &gone).await.error(), (404, json!(20404)), "{gone}");
    }
    assert_eq!(sandbox.request(Method::DELETE, &path).await.error(), (404, json!(20404)));
    let check = sandbox.post(&format!("{path}/VerificationCheck"), &[("To", PHONE), ("Code", &code)]).await;
    assert_eq!(check.error(), (404, json!(20404)));
    let start = sandbox.post(&format!("{path}/Verifications"), &[("To", PHONE), ("Channel", "sms")]).await;
    assert_eq!(start.error(), (404, json!(20404)));
    // The attempt remains in the log.
    let attempts = sandbox.request(Method::GET, "/v2/Attempts").await.json();
    assert_eq!(attempts["attempts"][0]["verification_sid"], sid);
}

#[tokio::test]
async fn a_reset_restores_the_default_service() {
    let sandbox = Sandbox::start();
    let path = format!("/v2/Services/{SERVICE_SID}");
    assert_eq!(sandbox.request(Method::DELETE, &path).await.status, 204);
    assert_eq!(sandbox.start_sms().await.error(), (404, json!(20404)));
    assert_eq!(sandbox.request(Method::GET, "/v2/Services").await.json()["services"], json!([]));
    assert_eq!(sandbox.send(Method::POST, "/sandbox/reset").await.status, 204);
    assert_eq!(sandbox.start_sms().await.status, 201);
}
