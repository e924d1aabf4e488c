//! Verifications that are fetched, updated and checked when they are no longer what they were.

use serde_json::json;

use super::*;

#[tokio::test]
async fn an_update_by_number_or_address_means_the_newest_one() {
    let sandbox = Sandbox::start();
    for (to, channel) in [(PHONE, "sms"), ("ada@example.org", "email")] {
        let start = [("To", to), ("Channel", channel)];
        let first = sandbox.service_post("/Verifications", &start).await.json();
        let path = format!("/Verifications/{to}");
        sandbox.clock.advance(5);
        let canceled = sandbox.service_post(&path, &[("Status", "canceled")]).await;
        assert_eq!(canceled.status, 200, "{}", canceled.text);
        let told = canceled.json();
        let mut expected = first.clone();
        expected["status"] = json!("canceled");
        expected["date_updated"] = told["date_updated"].clone();
        assert_eq!(told, expected);
        assert!(is_date(&told["date_updated"]) && told["date_updated"] != first["date_updated"]);

        let second = sandbox.service_post("/Verifications", &start).await.json();
        let approved = sandbox.service_post(&path, &[("Status", "approved")]).await.json();
        assert_eq!((&approved["sid"], &approved["valid"]), (&second["sid"], &json!(true)));
        // The first one is still there under its own name.
        let fetched = sandbox.ask(Method::GET, &path_of(&first["url"])).await;
        assert_eq!((fetched.status, fetched.json()), (200, told));
    }
}

#[tokio::test]
async fn a_status_is_one_of_two_words() {
    let sandbox = Sandbox::start();
    let (sid, _) = sandbox.started().await;
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
async fn an_expired_one_is_gone_for_everybody() {
    let sandbox = Sandbox::start();
    let (sid, code) = sandbox.started().await;
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
async fn a_check_tells_every_member_and_no_url() {
    let sandbox = Sandbox::start();
    let (sid, code) = sandbox.started().await;
    let check = sandbox.check(("To", PHONE), &code).await.json();
    let expected = json!({
        "sid": sid, "service_sid": SERVICE_SID, "account_sid": ACCOUNT_SID, "to": PHONE, "channel": "sms",
        "status": "approved", "valid": true, "amount": null, "payee": null, "sna_attempts_error_codes": null,
        "date_created": check["date_created"], "date_updated": check["date_updated"],
    });
    assert_eq!(check, expected);
    assert!(is_date(&check["date_created"]) && is_date(&check["date_updated"]));
}
