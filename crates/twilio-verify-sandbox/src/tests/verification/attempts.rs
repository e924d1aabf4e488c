//! Verification attempts and their summary.

use serde_json::json;

use crate::tests::*;

const COLOMBIAN: &str = "+573003003030";

impl Sandbox {
    async fn attempts(&self, query: &str) -> Vec<Value> {
        let answer = self.request(Method::GET, &format!("/v2/Attempts?{query}")).await;
        assert_eq!(answer.status, 200, "{query}: {}", answer.text);
        answer.json()["attempts"].as_array().unwrap().clone()
    }

    async fn summary(&self, query: &str) -> (Value, Value, Value, Value) {
        let answer = self.request(Method::GET, &format!("/v2/Attempts/Summary?{query}")).await;
        assert_eq!(answer.status, 200, "{query}: {}", answer.text);
        let body = answer.json();
        assert_eq!(body["url"], self.url("/v2/Attempts/Summary"));
        let number = |name: &str| body[name].clone();
        (
            number("total_attempts"),
            number("total_converted"),
            number("total_unconverted"),
            number("conversion_rate_percentage"),
        )
    }

    async fn send_to(&self, service: &str, to: &str, channel: &str) {
        let path = format!("/v2/Services/{service}/Verifications");
        assert_eq!(self.post(&path, &[("To", to), ("Channel", channel)]).await.status, 201);
    }
}

#[tokio::test]
async fn an_attempt_describes_the_sent_code() {
    let sandbox = Sandbox::start();
    let (sid, code) = sandbox.start_and_read_code().await;
    let started = sandbox.service_get(&format!("/Verifications/{sid}")).await.json();
    let attempt_sid = started["send_code_attempts"][0]["attempt_sid"].clone();
    assert!(is_sid("VL", &attempt_sid));
    let path = format!("/v2/Attempts/{}", attempt_sid.as_str().unwrap());
    let fetched = sandbox.request(Method::GET, &path).await;
    assert_eq!(fetched.status, 200, "{}", fetched.text);
    let attempt = fetched.json();
    let mut expected = json!({
        "sid": attempt_sid, "account_sid": ACCOUNT_SID, "service_sid": SERVICE_SID, "verification_sid": sid,
        "date_created": started["date_created"], "date_updated": started["date_created"],
        "conversion_status": "unconverted", "channel": "sms", "price": {"value": "0", "currency": "usd"},
        "channel_data": {
            "verification_sid": sid, "to": PHONE, "status": "unconfirmed", "message_status": "delivered",
            "call_status": null, "error_code": null, "country": "US", "code_length": 6,
            "locale": "en", "mcc": null, "mnc": null, "carrier": null,
        },
        "url": sandbox.url(&path),
    });
    assert_eq!(attempt, expected);
    assert_eq!(sandbox.attempts("").await, [attempt]);

    sandbox.clock.advance(5);
    assert_eq!(sandbox.check(("VerificationSid", &sid), &code).await.status, 200);
    let converted = sandbox.request(Method::GET, &path).await.json();
    assert!(converted["date_updated"] != expected["date_updated"] && is_date(&converted["date_updated"]));
    expected["date_updated"] = converted["date_updated"].clone();
    expected["conversion_status"] = json!("converted");
    expected["channel_data"]["status"] = json!("confirmed");
    assert_eq!(converted, expected);
}

#[tokio::test]
async fn the_last_attempt_converts_by_a_check_or_a_status_update() {
    let sandbox = Sandbox::start();
    sandbox.send_to(SERVICE_SID, PHONE, "sms").await;
    sandbox.clock.advance(1);
    sandbox.send_to(SERVICE_SID, PHONE, "call").await;
    let approved = sandbox.service_post(&format!("/Verifications/{PHONE}"), &[("Status", "approved")]).await;
    assert_eq!(approved.status, 200);
    let statuses: Vec<_> = sandbox
        .attempts("")
        .await
        .iter()
        .map(|attempt| (attempt["channel"].clone(), attempt["conversion_status"].clone()))
        .collect();
    assert_eq!(statuses, [(json!("call"), json!("converted")), (json!("sms"), json!("unconverted"))]);
    let call = &sandbox.attempts("Channel=call").await[0]["channel_data"];
    assert_eq!((&call["call_status"], &call["message_status"]), (&json!("completed"), &Value::Null));
}

#[tokio::test]
async fn canceled_and_expired_attempts_are_listed_for_thirty_days() {
    let sandbox = Sandbox::start();
    let (sid, _) = sandbox.start_and_read_code().await;
    sandbox.service_post(&format!("/Verifications/{sid}"), &[("Status", "canceled")]).await;
    sandbox.send_to(SERVICE_SID, COLOMBIAN, "sms").await;
    sandbox.clock.advance(600);
    let statuses = async |to: &str| {
        let found = sandbox.attempts(&format!("ChannelData.To=%2B{}", &to[1..])).await;
        let [attempt] = found.as_slice() else { panic!("{found:?}") };
        assert_eq!(attempt["conversion_status"], "unconverted");
        attempt["channel_data"]["status"].clone()
    };
    assert_eq!((statuses(PHONE).await, statuses(COLOMBIAN).await), (json!("unconfirmed"), json!("expired")));
    sandbox.clock.advance(30 * 24 * 60 * 60);
    assert!(sandbox.attempts("").await.is_empty());
    assert_eq!(sandbox.summary("").await, (json!(0), json!(0), json!(0), json!("0.000000000")));
}

#[tokio::test]
async fn the_list_and_the_summary_apply_the_filters() {
    let sandbox = Sandbox::start();
    let other = sandbox.post("/v2/Services", &[("FriendlyName", "x")]).await.json();
    let other = other["sid"].as_str().unwrap();
    let (sid, code) = sandbox.start_and_read_code().await;
    sandbox.check(("VerificationSid", &sid), &code).await;
    sandbox.clock.advance(60);
    let middle = sandbox.get("/sandbox/clock").await.json()["now"].clone();
    sandbox.clock.advance(60);
    sandbox.send_to(other, COLOMBIAN, "sms").await;
    sandbox.send_to(other, COLOMBIAN, "call").await;
    sandbox.send_to(SERVICE_SID, "ada@example.org", "email").await;

    let middle = middle.as_str().unwrap();
    let third = "33.333333333";
    for (query, in_list, in_summary) in [
        ("", 4, (4, 1, "25.000000000")),
        (&format!("DateCreatedAfter={middle}"), 3, (3, 0, "0.000000000")),
        (&format!("DateCreatedBefore={middle}"), 1, (1, 1, "100.000000000")),
        (&format!("DateCreatedAfter={middle}&DateCreatedBefore={middle}"), 0, (0, 0, "0.000000000")),
        ("Country=co", 2, (2, 0, "0.000000000")),
        ("Country=DE", 0, (0, 0, "0.000000000")),
        ("Channel=sms", 2, (2, 1, "50.000000000")),
        ("Channel=rbm", 0, (0, 0, "0.000000000")),
        (&format!("VerifyServiceSid={other}"), 2, (2, 0, "0.000000000")),
        (&format!("VerificationSid={sid}"), 1, (4, 1, "25.000000000")),
        ("ChannelData.To=ada@example.org", 1, (4, 1, "25.000000000")),
        ("ChannelData.To=%2B573003003030", 2, (4, 1, "25.000000000")),
        ("Status=converted", 1, (4, 1, "25.000000000")),
        ("Status=UNCONVERTED", 3, (4, 1, "25.000000000")),
        ("DestinationPrefix=%2B573", 4, (2, 0, "0.000000000")),
        ("DestinationPrefix=%2B", 4, (3, 1, third)),
    ] {
        assert_eq!(sandbox.attempts(query).await.len(), in_list, "{query}");
        let (total, converted, rate) = in_summary;
        let expected = (json!(total), json!(converted), json!(total - converted), json!(rate));
        assert_eq!(sandbox.summary(query).await, expected, "{query}");
    }
    // The links to further pages keep the filter.
    let first = sandbox.request(Method::GET, "/v2/Attempts?PageSize=1&Country=CO").await.json();
    let second = sandbox.request(Method::GET, &path_of(&first["meta"]["next_page_url"])).await.json();
    assert_eq!(second["attempts"][0]["channel_data"]["country"], "CO");
    assert_ne!(second["attempts"], first["attempts"]);
    assert_eq!(second["meta"]["next_page_url"], Value::Null);
}

#[tokio::test]
async fn invalid_filters_and_unknown_attempts_are_rejected() {
    let sandbox = Sandbox::start();
    for query in [
        "DateCreatedAfter=today",
        "DateCreatedBefore=1",
        "Country=Germany",
        "Channel=fax",
        "VerifyServiceSid=VE1",
    ] {
        for path in ["/v2/Attempts", "/v2/Attempts/Summary"] {
            let answer = sandbox.request(Method::GET, &format!("{path}?{query}")).await;
            assert_eq!(answer.error(), (400, json!(60200)), "{path}?{query}");
        }
    }
    for path in [
        "/v2/Attempts?VerificationSid=VE1",
        "/v2/Attempts?ChannelData.To=123",
        "/v2/Attempts?Status=x",
        "/v2/Attempts/Summary?DestinationPrefix=57",
    ] {
        assert_eq!(sandbox.request(Method::GET, path).await.error(), (400, json!(60200)), "{path}");
    }
    for sid in [format!("VL{}", "0".repeat(32)), "nothing".into()] {
        let answer = sandbox.request(Method::GET, &format!("/v2/Attempts/{sid}")).await;
        assert_eq!(answer.error(), (404, json!(20404)));
    }
}
