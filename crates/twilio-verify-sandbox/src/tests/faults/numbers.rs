//! Test numbers.

use serde_json::json;

use crate::tests::*;

impl Sandbox {
    async fn start_to(&self, to: &str, channel: &str) -> Answer {
        self.service_post("/Verifications", &[("To", to), ("Channel", channel)]).await
    }

    async fn messages_to(&self, to: &str) -> Vec<Value> {
        let body = self.get(&format!("/sandbox/messages?to={to}")).await.json();
        body["messages"].as_array().unwrap().clone()
    }
}

#[tokio::test]
async fn test_numbers_reject_a_start_with_their_error() {
    let sandbox = Sandbox::start();
    for (ending, status, code, retry_after) in [
        (50, 403, 60205, None),
        (54, 403, 60205, None),
        (55, 403, 60605, None),
        (59, 403, 60605, None),
        (60, 403, 60410, None),
        (64, 403, 60410, None),
        (65, 429, 60203, None),
        (69, 429, 60203, None),
        (70, 429, 20429, Some("30")),
        (74, 429, 20429, Some("30")),
        (75, 503, 20503, None),
        (79, 503, 20503, None),
    ] {
        let to = format!("+141555501{ending}");
        // Repeatable: the number alone decides.
        for _ in 0..2 {
            let answer = sandbox.start_to(&to, "sms").await;
            assert_eq!(answer.error(), (status, json!(code)), "{to}");
            assert_eq!(answer.headers.get("retry-after").map(|value| value.to_str().unwrap()), retry_after);
        }
        assert!(sandbox.messages_to(&to).await.is_empty());
        // No verification was created.
        assert_eq!(sandbox.check(("To", &to), "123456").await.error(), (404, json!(20404)));
    }
    let blocked = sandbox.start_to("+14155550160", "sms").await.json();
    let text = blocked["message"].as_str().unwrap();
    assert!(text.contains("fraudulent") && text.contains("+1415 prefix"), "{text}");
}

#[tokio::test]
async fn other_channels_are_allowed_where_twilio_allows_them() {
    let sandbox = Sandbox::start();
    for (to, channel, status) in [
        ("+14155550150", "call", 201),
        ("+14155550151", "whatsapp", 201),
        ("+14155550155", "call", 403),
        ("+14155550156", "whatsapp", 201),
        ("+14155550160", "call", 201),
        ("+14155550165", "call", 429),
        ("+14155550175", "whatsapp", 503),
    ] {
        let answer = sandbox.start_to(to, channel).await;
        assert_eq!(answer.status, status, "{to} {channel}: {}", answer.text);
        assert_eq!(sandbox.messages_to(to).await.len(), usize::from(status == 201));
    }
}

#[tokio::test]
async fn disabling_the_risk_check_lifts_sms_blocks() {
    let sandbox = Sandbox::start();
    for (to, channel, risk_check, expected) in [
        ("+14155550155", "sms", "disable", 201),
        ("+14155550160", "sms", "disable", 201),
        ("+14155550161", "sms", "enable", 403),
        ("+14155550156", "call", "disable", 403),
        ("+14155550150", "sms", "disable", 403),
    ] {
        let form = [("To", to), ("Channel", channel), ("RiskCheck", risk_check)];
        let answer = sandbox.service_post("/Verifications", &form).await;
        assert_eq!(answer.status, expected, "{to} {channel} {risk_check}");
    }
}

#[tokio::test]
async fn the_safe_list_lifts_geo_and_fraud_blocks() {
    let sandbox = Sandbox::start();
    for (to, before, after) in
        [("+14155550155", 403, 201), ("+14155550160", 403, 201), ("+14155550150", 403, 403)]
    {
        assert_eq!(sandbox.start_to(to, "sms").await.status, before, "{to}");
        let listed = sandbox.post_as(ACCOUNT_SID, "/v2/SafeList/Numbers", &[("PhoneNumber", to)]).await;
        assert_eq!(listed.status, 201, "{}", listed.text);
        assert_eq!(sandbox.start_to(to, "sms").await.status, after, "{to}");
        // The journal records the number.
        let path = format!("/sandbox/requests?operation=CreateSafelist&to={to}");
        assert_eq!(sandbox.get(&path).await.json()["requests"].as_array().unwrap().len(), 1);
    }
}

#[tokio::test]
async fn parameters_are_validated_before_the_number_is_considered() {
    let sandbox = Sandbox::start();
    let form = [("To", "+14155550175"), ("Channel", "fax")];
    assert_eq!(sandbox.service_post("/Verifications", &form).await.error(), (400, json!(60200)));
    let path = format!("/v2/Services/VA{}/Verifications", "0".repeat(32));
    let form = [("To", "+14155550175"), ("Channel", "sms")];
    assert_eq!(sandbox.post_as(ACCOUNT_SID, &path, &form).await.error(), (404, json!(20404)));
}

#[tokio::test]
async fn the_fixed_code_is_the_same_for_every_verification() {
    let sandbox = Sandbox::start();
    for _ in 0..2 {
        assert_eq!(sandbox.start_to("+14155550140", "sms").await.status, 201);
        assert_eq!(sandbox.get("/sandbox/code?to=+14155550140").await.text, "424242");
        assert_eq!(sandbox.check(("To", "+14155550140"), "424242").await.json()["status"], "approved");
    }
    let service = [("FriendlyName", "x"), ("CodeLength", "8"), ("CustomCodeEnabled", "true")];
    let service = sandbox.post_as(ACCOUNT_SID, "/v2/Services", &service).await.json();
    let path = format!("/v2/Services/{}/Verifications", service["sid"].as_str().unwrap());
    let form = [("To", "+14155550149"), ("Channel", "sms")];
    sandbox.post_as(ACCOUNT_SID, &path, &form).await;
    assert_eq!(sandbox.get("/sandbox/code?to=+14155550149").await.text, "42424242");
    let form = [("To", "+14155550148"), ("Channel", "sms"), ("CustomCode", "9876")];
    sandbox.post_as(ACCOUNT_SID, &path, &form).await;
    assert_eq!(sandbox.get("/sandbox/code?to=+14155550148").await.text, "9876");
}

#[tokio::test]
async fn a_verification_is_lost_when_it_is_checked_and_not_before() {
    let sandbox = Sandbox::start();
    for by_sid in [false, true] {
        let started = sandbox.start_to("+14155550190", "sms").await.json();
        let sid = started["sid"].as_str().unwrap();
        let path = "/Verifications/+14155550190";
        assert_eq!(sandbox.start_to("+14155550190", "sms").await.json()["sid"], started["sid"]);
        assert_eq!(sandbox.service_get(path).await.status, 200);
        let code = sandbox.get("/sandbox/code?to=+14155550190").await.text;
        let key = if by_sid { ("VerificationSid", sid) } else { ("To", "+14155550190") };
        assert_eq!(sandbox.check(key, "12").await.error(), (400, json!(60200)));
        assert_eq!(sandbox.service_get(path).await.status, 200);
        assert_eq!(sandbox.check(key, &code).await.error(), (404, json!(20404)));
        assert_eq!(sandbox.service_get(path).await.error(), (404, json!(20404)));
        assert_ne!(sandbox.start_to("+14155550190", "sms").await.json()["sid"], started["sid"]);
        sandbox.service_post(path, &[("Status", "canceled")]).await;
    }
}

#[tokio::test]
async fn the_code_is_sent_but_the_connection_closes_without_a_response() {
    let sandbox = Sandbox::start();
    assert_eq!(sandbox.post_raw("/Verifications", "To=%2B14155550195&Channel=sms").await, "");
    assert_eq!(sandbox.messages_to("+14155550195").await.len(), 1);
    let recorded = sandbox.get("/sandbox/requests").await.json()["requests"][0].clone();
    assert_eq!((recorded["fault"].clone(), recorded.get("status")), (json!("sent_then_drop"), None));
    assert_eq!(recorded.get("fault_id"), None);
    // The code is valid.
    let code = sandbox.get("/sandbox/code?to=+14155550195").await.text;
    assert_eq!(sandbox.check(("To", "+14155550195"), &code).await.json()["status"], "approved");
}

#[tokio::test]
async fn a_verification_whose_code_never_arrives_is_pending() {
    let sandbox = Sandbox::start();
    assert_eq!(sandbox.start_to("+14155550185", "sms").await.json()["status"], "pending");
    sandbox.post_json("/sandbox/clock", r#"{"advance_seconds": 599}"#).await;
    assert!(sandbox.messages_to("+14155550185").await.is_empty());
    assert_eq!(sandbox.check(("To", "+14155550185"), "000000").await.json()["status"], "pending");
}
