//! Updates of verifications, and requests after they ended.

use serde_json::json;

use crate::tests::*;

#[tokio::test]
async fn an_update_by_recipient_affects_the_newest_verification() {
    let sandbox = Sandbox::start();
    for (to, channel) in [(PHONE, "sms"), ("ada@example.org", "email")] {
        let start = [("To", to), ("Channel", channel)];
        let first = sandbox.service_post("/Verifications", &start).await.json();
        let path = format!("/Verifications/{to}");
        sandbox.clock.advance(5);
        let canceled = sandbox.service_post(&path, &[("Status", "canceled")]).await;
        assert_eq!(canceled.status, 200, "{}", canceled.text);
        let updated = canceled.json();
        let mut expected = first.clone();
        expected["status"] = json!("canceled");
        expected["date_updated"] = updated["date_updated"].clone();
        assert_eq!(updated, expected);
        assert!(is_date(&updated["date_updated"]) && updated["date_updated"] != first["date_updated"]);

        let second = sandbox.service_post("/Verifications", &start).await.json();
        let approved = sandbox.service_post(&path, &[("Status", "approved")]).await.json();
        assert_eq!((&approved["sid"], &approved["valid"]), (&second["sid"], &json!(true)));
        // The first verification can still be fetched by its SID.
        let fetched = sandbox.request(Method::GET, &path_of(&first["url"])).await;
        assert_eq!((fetched.status, fetched.json()), (200, updated));
    }
}

#[tokio::test]
async fn only_approved_and_canceled_are_valid_statuses() {
    let sandbox = Sandbox::start();
    let (sid, _) = sandbox.start_and_read_code().await;
    for form in [
        &[][..],
        &[("Status", "")],
        &[("Status", "pending")],
        &[("Status", "expired")],
        &[("Status", "Canceled")],
    ] {
        let answer = sandbox.service_post(&format!("/Verifications/{sid}"), form).await;
        assert_eq!(answer.error(), (400, json!(60200)), "{form:?}");
    }
    assert_eq!(sandbox.service_get(&format!("/Verifications/{sid}")).await.json()["status"], "pending");
}

#[tokio::test]
async fn an_expired_verification_is_not_found() {
    let sandbox = Sandbox::start();
    let (sid, code) = sandbox.start_and_read_code().await;
    sandbox.clock.advance(600);
    for path in [format!("/Verifications/{sid}"), format!("/Verifications/{PHONE}")] {
        assert_eq!(sandbox.service_get(&path).await.error(), (404, json!(20404)));
        for status in ["canceled", "approved"] {
            let answer = sandbox.service_post(&path, &[("Status", status)]).await;
            assert_eq!(answer.error(), (404, json!(20404)), "{path} {status}");
        }
    }
    assert_eq!(sandbox.check(("To", PHONE), &code).await.error(), (404, json!(20404)));
}

#[tokio::test]
async fn a_check_returns_every_field_and_no_url() {
    let sandbox = Sandbox::start();
    let (sid, code) = sandbox.start_and_read_code().await;
    let check = sandbox.check(("To", PHONE), &code).await.json();
    let expected = json!({
        "sid": sid, "service_sid": SERVICE_SID, "account_sid": ACCOUNT_SID, "to": PHONE, "channel": "sms",
        "status": "approved", "valid": true, "amount": null, "payee": null, "sna_attempts_error_codes": null,
        "date_created": check["date_created"], "date_updated": check["date_updated"],
    });
    assert_eq!(check, expected);
    assert!(is_date(&check["date_created"]) && is_date(&check["date_updated"]));
}
