//! Creation of services and the effect of their settings.

use serde_json::json;

use crate::tests::*;

#[tokio::test]
async fn a_created_service_has_every_field_and_can_be_fetched() {
    let sandbox = Sandbox::start();
    let form = [("FriendlyName", "Acme"), ("CodeLength", "4"), ("CustomCodeEnabled", "True")];
    let created = sandbox.post_as(ACCOUNT_SID, "/v2/Services", &form).await;
    assert_eq!(created.status, 201, "{}", created.text);
    let service = created.json();
    assert!(is_sid("VA", &service["sid"]));
    assert_eq!(service["account_sid"], ACCOUNT_SID);
    assert_eq!((&service["friendly_name"], &service["code_length"]), (&json!("Acme"), &json!(4)));
    assert_eq!(service["custom_code_enabled"], true);
    assert_eq!(service["totp"], json!({"issuer": "Acme", "time_step": 30, "code_length": 6, "skew": 1}));
    // Every property of the schema `verify.v2.service` in Twilio's OpenAPI description.
    for field in [
        "sid",
        "account_sid",
        "friendly_name",
        "code_length",
        "lookup_enabled",
        "psd2_enabled",
        "skip_sms_to_landlines",
        "dtmf_input_required",
        "tts_name",
        "do_not_share_warning_enabled",
        "custom_code_enabled",
        "push",
        "totp",
        "default_template_sid",
        "whatsapp",
        "passkeys",
        "verify_event_subscription_enabled",
        "date_created",
        "date_updated",
        "url",
        "links",
    ] {
        assert!(service.as_object().unwrap().contains_key(field), "{field}");
    }
    let url = service["url"].as_str().unwrap();
    assert!(url.starts_with(&sandbox.url("/v2/Services/VA")));
    assert_eq!(service["links"]["verifications"], format!("{url}/Verifications"));

    let path = format!("/v2/Services/{}", service["sid"].as_str().unwrap());
    let request = sandbox.client.get(url).basic_auth(ACCOUNT_SID, Some(AUTH_TOKEN));
    assert_eq!(Answer::of(request.send().await.unwrap()).await.json(), service);
    let other = sandbox.client.get(url).basic_auth(format!("AC{}", "1".repeat(32)), Some(AUTH_TOKEN));
    assert_eq!(Answer::of(other.send().await.unwrap()).await.error(), (404, json!(20404)));

    let start = [("To", PHONE), ("Channel", "sms")];
    let started = sandbox.post_as(ACCOUNT_SID, &format!("{path}/Verifications"), &start).await;
    assert_eq!(started.status, 201);
    let message = &sandbox.get("/sandbox/messages").await.json()["messages"][0];
    assert_eq!(message["code"].as_str().unwrap().len(), 4);
    assert!(message["body"].as_str().unwrap().starts_with("Your Acme verification code is: "));
}

#[tokio::test]
async fn invalid_settings_are_rejected() {
    let sandbox = Sandbox::start();
    for form in [
        &[][..],
        &[("FriendlyName", "a name of more than thirty characters")],
        &[("FriendlyName", "call 12345")],
        &[("FriendlyName", "x"), ("CodeLength", "11")],
        &[("FriendlyName", "x"), ("LookupEnabled", "perhaps")],
    ] {
        let answer = sandbox.post_as(ACCOUNT_SID, "/v2/Services", form).await;
        assert_eq!(answer.error(), (400, json!(60200)), "{form:?}");
    }
}

#[tokio::test]
async fn a_custom_code_requires_the_setting() {
    let sandbox = Sandbox::start();
    let form = [("To", PHONE), ("Channel", "sms"), ("CustomCode", "ABC-12")];
    let refused = sandbox.service_post("/Verifications", &form).await;
    assert_eq!(refused.error(), (403, json!(60204)));
    let service = sandbox
        .post_as(ACCOUNT_SID, "/v2/Services", &[("FriendlyName", "x"), ("CustomCodeEnabled", "true")])
        .await
        .json();
    let path = format!("/v2/Services/{}/Verifications", service["sid"].as_str().unwrap());
    assert_eq!(sandbox.post_as(ACCOUNT_SID, &path, &form).await.status, 201);
    assert_eq!(sandbox.get("/sandbox/code?to=%2B12015550123").await.text, "ABC-12");
    let short = [("To", PHONE), ("Channel", "sms"), ("CustomCode", "123")];
    assert_eq!(sandbox.post_as(ACCOUNT_SID, &path, &short).await.error(), (400, json!(60200)));
}
