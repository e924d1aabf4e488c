//! The life cycle of a verification: start, resend, check, cancel, expire.

use serde_json::json;

use crate::tests::*;

#[tokio::test]
async fn a_start_returns_the_fields_of_twilio() {
    let sandbox = Sandbox::start();
    let answer = sandbox.start_sms().await;
    assert_eq!(answer.status, 201, "{}", answer.text);
    assert!(is_sid("RQ", &json!(answer.headers["twilio-request-id"].to_str().unwrap())));
    let body = answer.json();
    assert!(is_sid("VE", &body["sid"]) && is_sid("VL", &body["send_code_attempts"][0]["attempt_sid"]));
    let sid = body["sid"].as_str().unwrap();
    let expected = json!({
        "sid": sid, "service_sid": SERVICE_SID, "account_sid": ACCOUNT_SID, "to": PHONE, "channel": "sms",
        "status": "pending", "valid": false, "lookup": {}, "amount": null, "payee": null, "sna": null,
        "date_created": body["date_created"], "date_updated": body["date_created"],
        "send_code_attempts": body["send_code_attempts"],
        "url": sandbox.url(&format!("/v2/Services/{SERVICE_SID}/Verifications/{sid}")),
    });
    assert_eq!(body, expected);
    assert_eq!(body["date_created"].as_str().unwrap().len(), "2026-01-01T00:00:00Z".len());
    let attempt_time = body["send_code_attempts"][0]["time"].as_str().unwrap();
    assert_eq!(attempt_time.len(), "2026-01-01T00:00:00.000Z".len());

    for key in [sid, PHONE, "%2B12015550123"] {
        let fetched = sandbox.service_get(&format!("/Verifications/{key}")).await;
        assert_eq!((fetched.status, fetched.json()), (200, body.clone()), "{key}");
    }
}

#[tokio::test]
async fn the_right_code_is_accepted_once() {
    let sandbox = Sandbox::start();
    let (sid, code) = sandbox.start_and_read_code().await;
    let missed = sandbox.check(("To", PHONE), &wrong_code(&code)).await;
    assert_eq!((missed.status, &missed.json()["status"]), (200, &json!("pending")));
    assert_eq!(missed.json()["valid"], false);
    let hit = sandbox.check(("VerificationSid", &sid), &code).await;
    assert_eq!((hit.status, &hit.json()["status"]), (200, &json!("approved")));
    assert_eq!((&hit.json()["valid"], &hit.json()["sid"]), (&json!(true), &json!(sid)));
    for key in [("To", PHONE), ("VerificationSid", sid.as_str())] {
        assert_eq!(sandbox.check(key, &code).await.error(), (404, json!(20404)));
    }
    assert_eq!(sandbox.service_get(&format!("/Verifications/{sid}")).await.error(), (404, json!(20404)));
    assert_ne!(sandbox.start_and_read_code().await.0, sid);
}

#[tokio::test]
async fn a_resend_keeps_the_code_and_the_sixth_send_is_rejected() {
    let sandbox = Sandbox::start();
    let (sid, code) = sandbox.start_and_read_code().await;
    for sends in 2..=5 {
        let channel = if sends == 2 { "call" } else { "sms" };
        let again = sandbox.service_post("/Verifications", &[("To", PHONE), ("Channel", channel)]).await;
        assert_eq!(again.status, 201);
        let body = again.json();
        assert_eq!((&body["sid"], &body["channel"]), (&json!(sid), &json!(channel)));
        assert_eq!(body["send_code_attempts"].as_array().unwrap().len(), sends);
    }
    assert_eq!(sandbox.start_sms().await.error(), (429, json!(60203)));
    let messages = sandbox.get("/sandbox/messages").await.json();
    let messages = messages["messages"].as_array().unwrap();
    assert_eq!(messages.len(), 5);
    assert!(messages.iter().all(|message| message["code"] == code && message["verification_sid"] == sid));
    assert!(
        messages[3]["body"].as_str().unwrap().starts_with("Hello. Your countersign verification code is: ")
    );
}

#[tokio::test]
async fn the_sixth_check_is_rejected_until_the_code_expires() {
    let sandbox = Sandbox::start();
    let (sid, code) = sandbox.start_and_read_code().await;
    for _ in 0..5 {
        assert_eq!(sandbox.check(("VerificationSid", &sid), &wrong_code(&code)).await.status, 200);
    }
    assert_eq!(sandbox.check(("VerificationSid", &sid), &code).await.error(), (429, json!(60202)));
    assert_eq!(sandbox.start_sms().await.error(), (429, json!(60202)));
    sandbox.clock.advance(600);
    assert_eq!(sandbox.check(("VerificationSid", &sid), &code).await.error(), (404, json!(20404)));
    assert_eq!(sandbox.service_get(&format!("/Verifications/{sid}")).await.error(), (404, json!(20404)));
    assert_ne!(sandbox.start_and_read_code().await, (sid, code));
}

#[tokio::test]
async fn a_canceled_verification_can_be_fetched_but_not_checked() {
    let sandbox = Sandbox::start();
    let (sid, code) = sandbox.start_and_read_code().await;
    let path = format!("/Verifications/{sid}");
    assert_eq!(sandbox.service_post(&path, &[("Status", "pending")]).await.error(), (400, json!(60200)));
    let canceled = sandbox.service_post(&path, &[("Status", "canceled")]).await;
    assert_eq!((canceled.status, &canceled.json()["status"]), (200, &json!("canceled")));
    assert_eq!(sandbox.check(("To", PHONE), &code).await.error(), (404, json!(20404)));
    assert_eq!(sandbox.service_get(&path).await.json()["status"], "canceled");
    assert_eq!(sandbox.service_post(&path, &[("Status", "approved")]).await.error(), (404, json!(20404)));
    let (next_sid, next_code) = sandbox.start_and_read_code().await;
    assert!(next_sid != sid && next_code != code);
    let approved = sandbox.service_post(&format!("/Verifications/{PHONE}"), &[("Status", "approved")]).await;
    assert_eq!((&approved.json()["status"], &approved.json()["valid"]), (&json!("approved"), &json!(true)));
}

#[tokio::test]
async fn invalid_starts_are_rejected() {
    let sandbox = Sandbox::start();
    for (form, code) in [
        (&[][..], 60200),
        (&[("Channel", "sms")], 60200),
        (&[("To", PHONE)], 60200),
        (&[("To", "2015550123"), ("Channel", "sms")], 60200),
        (&[("To", " 12015550123"), ("Channel", "sms")], 60200),
        (&[("To", "+15555555555"), ("Channel", "sms")], 60200),
        (&[("To", PHONE), ("Channel", "fax")], 60200),
        (&[("To", PHONE), ("Channel", "email")], 60200),
        (&[("To", "ada@example.org"), ("Channel", "sms")], 60200),
        (&[("To", PHONE), ("Channel", "call"), ("AppHash", "He42w354ol9")], 60602),
    ] {
        assert_eq!(
            sandbox.service_post("/Verifications", form).await.error(),
            (400, json!(code)),
            "{form:?}"
        );
    }
    let answer = sandbox.service_post("/Verifications", &[("To", "123"), ("Channel", "sms")]).await;
    let expected = json!({"code": 60200, "message": "Invalid parameter `To`: 123", "status": 400,
        "more_info": "https://www.twilio.com/docs/errors/60200"});
    assert_eq!(answer.json(), expected);
}

#[tokio::test]
async fn invalid_checks_are_rejected() {
    let sandbox = Sandbox::start();
    for (form, code) in [
        (&[("Code", "123456")][..], 60221),
        (&[("To", PHONE)], 60200),
        (&[("To", PHONE), ("Code", "123")], 60200),
        (&[("To", PHONE), ("Code", "12345678901")], 60200),
        (&[("To", "2015550123"), ("Code", "123456")], 60200),
        (&[("VerificationSid", "VE1"), ("Code", "123456")], 60200),
    ] {
        assert_eq!(
            sandbox.service_post("/VerificationCheck", form).await.error(),
            (400, json!(code)),
            "{form:?}"
        );
    }
    assert_eq!(sandbox.check(("To", PHONE), "123456").await.error(), (404, json!(20404)));
}

#[tokio::test]
async fn every_channel_delivers_and_unknown_parameters_are_ignored() {
    let sandbox = Sandbox::start();
    for (to, channel) in [(PHONE, "sms"), (PHONE, "call"), (PHONE, "whatsapp"), ("ada@example.org", "email")]
    {
        let form = [
            ("To", to),
            ("Channel", channel),
            ("Locale", "de"),
            ("Templates", "?"),
            ("RateLimits", r#"{"ip":"::1"}"#),
        ];
        let answer = sandbox.service_post("/Verifications", &form).await;
        assert_eq!((answer.status, &answer.json()["channel"]), (201, &json!(channel)), "{}", answer.text);
        let message = &sandbox.get("/sandbox/messages").await.json()["messages"][0];
        let locale = if channel == "email" { "en" } else { "de" };
        assert_eq!((&message["channel"], &message["locale"]), (&json!(channel), &json!(locale)));
    }
    let form = [("To", PHONE), ("Channel", "sms"), ("AppHash", "He42w354ol9")];
    sandbox.service_post("/Verifications", &form).await;
    let message = &sandbox.get("/sandbox/messages").await.json()["messages"][0];
    let body = message["body"].as_str().unwrap();
    assert!(body.starts_with("<#> Your countersign ") && body.ends_with(" He42w354ol9"), "{body}");
}
