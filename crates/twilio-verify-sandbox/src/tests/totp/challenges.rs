//! Challenges for TOTP factors.

use chrono::{DateTime, TimeDelta};
use serde_json::json;

use super::factors::IDENTITY;
use crate::tests::*;

impl Sandbox {
    /// Creates a verified TOTP factor and advances the clock to its next code.
    pub(super) async fn create_verified_factor(&self, more: &[(&str, &str)]) -> Value {
        let factor = self.create_factor(more).await;
        let code = self.totp_code(&factor).await;
        assert_eq!(self.verify_factor(&factor, &code).await.json()["status"], "verified");
        self.clock.advance(u32::try_from(factor["config"]["time_step"].as_u64().unwrap()).unwrap());
        factor
    }

    /// Creates a challenge for `factor` with additional parameters.
    pub(super) async fn create_challenge(&self, factor: &Value, more: &[(&str, &str)]) -> Answer {
        let form = [&[("FactorSid", factor["sid"].as_str().unwrap())], more].concat();
        self.service_post(&format!("/Entities/{IDENTITY}/Challenges"), &form).await
    }

    /// Sends a code for a challenge.
    async fn answer_challenge(&self, challenge: &Value, code: &str) -> Answer {
        self.post(&path_of(&challenge["url"]), &[("AuthPayload", code)]).await
    }
}

fn status(answer: &Answer) -> (u16, Value) {
    (answer.status, answer.json()["status"].clone())
}

#[tokio::test]
async fn a_challenge_is_created_fetched_and_answered() {
    let sandbox = Sandbox::start();
    let factor = sandbox.create_verified_factor(&[]).await;
    let details = [
        ("Details.Message", "Log in?"),
        ("Details.Fields", r#"{"label":"Where","value":"Portal"}"#),
        ("Details.Fields", r#"{"label":"When","value":"Now"}"#),
        ("HiddenDetails", r#"{"ip":"172.168.1.234"}"#),
    ];
    let created = sandbox.create_challenge(&factor, &details).await;
    assert_eq!(created.status, 201, "{}", created.text);
    let challenge = created.json();
    let sid = challenge["sid"].as_str().unwrap();
    let url = sandbox.url(&format!("/v2/Services/{SERVICE_SID}/Entities/{IDENTITY}/Challenges/{sid}"));
    assert!(is_sid("YC", &challenge["sid"]));
    assert!(is_date(&challenge["date_created"]) && is_date(&challenge["expiration_date"]));
    let expected = json!({
        "sid": sid, "account_sid": ACCOUNT_SID, "service_sid": SERVICE_SID, "entity_sid": factor["entity_sid"],
        "identity": IDENTITY, "factor_sid": factor["sid"], "date_created": challenge["date_created"],
        "date_updated": challenge["date_created"], "date_responded": null,
        "expiration_date": challenge["expiration_date"], "status": "pending", "responded_reason": "none",
        "details": {
            "message": "Log in?",
            "fields": [{"label": "Where", "value": "Portal"}, {"label": "When", "value": "Now"}],
        },
        "hidden_details": {"ip": "172.168.1.234"}, "metadata": null, "factor_type": "totp", "url": url,
        "links": {"notifications": format!("{url}/Notifications")},
    });
    assert_eq!(challenge, expected);
    let path = path_of(&challenge["url"]);
    assert_eq!(sandbox.request(Method::GET, &path).await.json(), challenge);

    let code = sandbox.totp_code(&factor).await;
    assert_eq!(
        status(&sandbox.answer_challenge(&challenge, &wrong_code(&code)).await),
        (200, json!("pending"))
    );
    let metadata = sandbox.post(&path, &[("Metadata", r#"{"os":"Android"}"#)]).await.json();
    assert_eq!((&metadata["metadata"], &metadata["status"]), (&json!({"os": "Android"}), &json!("pending")));
    let approved = sandbox.answer_challenge(&challenge, &code).await;
    assert_eq!(status(&approved), (200, json!("approved")));
    assert!(is_date(&approved.json()["date_responded"]));
    assert_eq!(sandbox.request(Method::GET, &path).await.json(), approved.json());
    assert_eq!(sandbox.answer_challenge(&challenge, &code).await.error(), (403, json!(60322)));
}

#[tokio::test]
async fn a_challenge_may_be_created_with_its_code_which_is_accepted_once() {
    let sandbox = Sandbox::start();
    let factor = sandbox.create_verified_factor(&[]).await;
    let code = sandbox.totp_code(&factor).await;
    let wrong = sandbox.create_challenge(&factor, &[("AuthPayload", &wrong_code(&code))]).await;
    assert_eq!(status(&wrong), (201, json!("pending")));
    let right = sandbox.create_challenge(&factor, &[("AuthPayload", &code)]).await;
    assert_eq!(status(&right), (201, json!("approved")));
    assert_eq!(right.json()["date_responded"], right.json()["date_created"]);
    let replayed = sandbox.create_challenge(&factor, &[("AuthPayload", &code)]).await;
    assert_eq!(status(&replayed), (201, json!("pending")));
    assert_eq!(status(&sandbox.answer_challenge(&replayed.json(), &code).await), (200, json!("pending")));
    sandbox.clock.advance(30);
    let next = sandbox.totp_code(&factor).await;
    assert_eq!(status(&sandbox.answer_challenge(&replayed.json(), &next).await), (200, json!("approved")));
}

#[tokio::test]
async fn the_code_that_verified_a_factor_approves_no_challenge() {
    let sandbox = Sandbox::start();
    let factor = sandbox.create_factor(&[]).await;
    let code = sandbox.totp_code(&factor).await;
    assert_eq!(sandbox.verify_factor(&factor, &code).await.json()["status"], "verified");
    let answer = sandbox.create_challenge(&factor, &[("AuthPayload", &code)]).await;
    assert_eq!(status(&answer), (201, json!("pending")));
}

#[tokio::test]
async fn missing_and_invalid_parameters_are_rejected() {
    let sandbox = Sandbox::start();
    let factor = sandbox.create_verified_factor(&[]).await;
    let path = format!("/Entities/{IDENTITY}/Challenges");
    assert_eq!(sandbox.service_post(&path, &[]).await.error(), (400, json!(60300)));
    let malformed = sandbox.service_post(&path, &[("FactorSid", "YF1")]).await;
    assert_eq!(malformed.error(), (400, json!(60306)));
    let unknown = sandbox.service_post(&path, &[("FactorSid", &format!("YF{}", "0".repeat(32)))]).await;
    assert_eq!(unknown.error(), (404, json!(20404)));
    let message = "x".repeat(257);
    let object = format!(r#"{{"a":"{}"}}"#, "x".repeat(1_017));
    for (name, value) in [
        ("AuthPayload", "12"),
        ("AuthPayload", "123456789"),
        ("ExpirationDate", "2020-01-01T00:00:00Z"),
        ("ExpirationDate", "2999-01-01T00:00:00Z"),
        ("ExpirationDate", "soon"),
        ("Details.Message", &message),
        ("Details.Fields", "{}"),
        ("HiddenDetails", "[]"),
        ("HiddenDetails", &object),
    ] {
        let answer = sandbox.create_challenge(&factor, &[(name, value)]).await;
        assert_eq!(answer.error(), (400, json!(60306)), "{name}={value}");
    }
    let challenge = sandbox.create_challenge(&factor, &[]).await.json();
    for (name, value) in [("AuthPayload", "abcdef"), ("Metadata", "x"), ("Metadata", &object)] {
        let answer = sandbox.post(&path_of(&challenge["url"]), &[(name, value)]).await;
        assert_eq!(answer.error(), (400, json!(60306)), "{name}={value}");
    }
    let unknown = format!("/v2/Services/{SERVICE_SID}{path}/YC{}", "0".repeat(32));
    for method in [Method::GET, Method::POST] {
        assert_eq!(sandbox.request(method, &unknown).await.error(), (404, json!(20404)));
    }
}

#[tokio::test]
async fn an_unverified_factor_cannot_be_challenged() {
    let sandbox = Sandbox::start();
    let factor = sandbox.create_factor(&[]).await;
    assert_eq!(sandbox.create_challenge(&factor, &[]).await.error(), (403, json!(60318)));
}

#[tokio::test]
async fn a_challenge_expires_and_stays_expired_when_the_clock_is_reset() {
    let sandbox = Sandbox::start();
    let factor = sandbox.create_verified_factor(&[]).await;
    let hour = (sandbox.clock.now() + TimeDelta::minutes(59)).to_rfc3339();
    let short = sandbox.create_challenge(&factor, &[]).await;
    let long = sandbox.create_challenge(&factor, &[("ExpirationDate", &hour)]).await;
    let date = |value: &Value| DateTime::parse_from_rfc3339(value.as_str().unwrap()).unwrap();
    let short = short.json();
    assert_eq!(date(&short["expiration_date"]) - date(&short["date_created"]), TimeDelta::minutes(5));
    sandbox.clock.advance(300);
    let code = sandbox.totp_code(&factor).await;
    assert_eq!(sandbox.answer_challenge(&short, &code).await.error(), (403, json!(60323)));
    assert_eq!(status(&sandbox.request(Method::GET, &path_of(&short["url"])).await), (200, json!("expired")));
    assert_eq!(status(&sandbox.answer_challenge(&long.json(), &code).await), (200, json!("approved")));
    // The challenge stays expired after the clock is reset.
    assert_eq!(sandbox.send(Method::DELETE, "/sandbox/clock").await.status, 200);
    assert_eq!(sandbox.answer_challenge(&short, &code).await.error(), (403, json!(60323)));
}

#[tokio::test]
async fn the_sixth_answer_is_rejected_without_using_up_the_code() {
    let sandbox = Sandbox::start();
    let factor = sandbox.create_verified_factor(&[]).await;
    let code = sandbox.totp_code(&factor).await;
    let challenge = sandbox.create_challenge(&factor, &[("AuthPayload", &wrong_code(&code))]).await.json();
    for _ in 1..5 {
        assert_eq!(
            status(&sandbox.answer_challenge(&challenge, &wrong_code(&code)).await),
            (200, json!("pending"))
        );
    }
    assert_eq!(sandbox.answer_challenge(&challenge, &code).await.error(), (429, json!(60308)));
    // The rejected answer did not use up the code: another challenge accepts it.
    assert_eq!(
        status(&sandbox.create_challenge(&factor, &[("AuthPayload", &code)]).await),
        (201, json!("approved"))
    );
}

#[tokio::test]
async fn challenges_are_limited_per_hour_and_per_day() {
    let sandbox = Sandbox::start();
    for (length, most, pause) in [("4", 10, 24 * 60 * 60), ("5", 50, 60 * 60)] {
        let factor = sandbox.create_verified_factor(&[("Config.CodeLength", length)]).await;
        for _ in 0..most {
            assert_eq!(sandbox.create_challenge(&factor, &[]).await.status, 201);
        }
        assert_eq!(sandbox.create_challenge(&factor, &[]).await.error(), (429, json!(60312)));
        sandbox.clock.advance(pause);
        assert_eq!(sandbox.create_challenge(&factor, &[]).await.status, 201);
    }
}

#[tokio::test]
async fn challenges_are_filtered_ordered_and_paged() {
    let sandbox = Sandbox::start();
    let factor = sandbox.create_verified_factor(&[]).await;
    let other = sandbox.create_verified_factor(&[]).await;
    let expired = sandbox.create_challenge(&factor, &[]).await.json();
    sandbox.clock.advance(300);
    let code = sandbox.totp_code(&factor).await;
    let approved = sandbox.create_challenge(&factor, &[("AuthPayload", &code)]).await.json();
    sandbox.clock.advance(1);
    let pending = sandbox.create_challenge(&other, &[]).await.json();
    let list = async |query: &str| {
        let path = format!("/v2/Services/{SERVICE_SID}/Entities/{IDENTITY}/Challenges?{query}");
        let body = sandbox.request(Method::GET, &path).await.json();
        let sids = body["challenges"].as_array().unwrap().iter().map(|challenge| challenge["sid"].clone());
        (sids.collect::<Vec<_>>(), body["meta"]["next_page_url"].clone())
    };
    let sids = [&expired, &approved, &pending].map(|challenge| challenge["sid"].clone());
    assert_eq!(list("").await.0, sids);
    assert_eq!(list("Order=desc").await.0, sids.iter().rev().cloned().collect::<Vec<_>>());
    for (status, sid) in [("expired", &sids[0]), ("approved", &sids[1]), ("pending", &sids[2])] {
        assert_eq!(list(&format!("Status={status}")).await.0, std::slice::from_ref(sid));
    }
    assert!(list("Status=denied").await.0.is_empty());
    assert_eq!(list(&format!("FactorSid={}", factor["sid"].as_str().unwrap())).await.0, sids[..2]);
    // Oldest first, page by page.
    let mut all = Vec::new();
    let mut query = Some("PageSize=1".to_owned());
    while let Some(page) = query.take() {
        let (sids, next) = list(&page).await;
        all.extend(sids);
        query = next.as_str().map(|url| url.split_once('?').unwrap().1.to_owned());
    }
    assert_eq!(all, sids);
    for query in ["Status=open", "Order=up", "FactorSid=YF1", "PageSize=0"] {
        let path = format!("/Entities/{IDENTITY}/Challenges?{query}");
        assert_eq!(sandbox.service_get(&path).await.error(), (400, json!(60306)), "{query}");
    }
}
