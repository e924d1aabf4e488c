//! Challenges for TOTP factors: answered at once or later, right or wrong, in time or not.

use chrono::{DateTime, TimeDelta};
use serde_json::json;

use super::factors::IDENTITY;
use super::*;

impl Sandbox {
    /// A TOTP factor whose code has come back; the next one is on its way.
    pub(super) async fn verified_factor(&self, more: &[(&str, &str)]) -> Value {
        let factor = self.factor(more).await;
        let code = self.totp(&factor).await;
        assert_eq!(self.verify(&factor, &code).await.json()["status"], "verified");
        self.clock.advance(u32::try_from(factor["config"]["time_step"].as_u64().unwrap()).unwrap());
        factor
    }

    /// Challenges a factor, with these parameters besides.
    pub(super) async fn challenge(&self, factor: &Value, more: &[(&str, &str)]) -> Answer {
        let form = [&[("FactorSid", factor["sid"].as_str().unwrap())], more].concat();
        self.service_post(&format!("/Entities/{IDENTITY}/Challenges"), &form).await
    }

    /// Answers a challenge.
    async fn respond(&self, challenge: &Value, code: &str) -> Answer {
        self.post(&path_of(&challenge["url"]), &[("AuthPayload", code)]).await
    }
}

fn status(answer: &Answer) -> (u16, Value) {
    (answer.status, answer.json()["status"].clone())
}

#[tokio::test]
async fn a_challenge_is_created_told_answered_and_listed() {
    let sandbox = Sandbox::start();
    let factor = sandbox.verified_factor(&[]).await;
    let details = [
        ("Details.Message", "Log in?"),
        ("Details.Fields", r#"{"label":"Where","value":"Portal"}"#),
        ("Details.Fields", r#"{"label":"When","value":"Now"}"#),
        ("HiddenDetails", r#"{"ip":"172.168.1.234"}"#),
    ];
    let created = sandbox.challenge(&factor, &details).await;
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
    assert_eq!(sandbox.ask(Method::GET, &path).await.json(), challenge);

    let code = sandbox.totp(&factor).await;
    assert_eq!(status(&sandbox.respond(&challenge, &wrong(&code)).await), (200, json!("pending")));
    let metadata = sandbox.post(&path, &[("Metadata", r#"{"os":"Android"}"#)]).await.json();
    assert_eq!((&metadata["metadata"], &metadata["status"]), (&json!({"os": "Android"}), &json!("pending")));
    let approved = sandbox.respond(&challenge, &code).await;
    assert_eq!(status(&approved), (200, json!("approved")));
    assert!(is_date(&approved.json()["date_responded"]));
    assert_eq!(sandbox.ask(Method::GET, &path).await.json(), approved.json());
    assert_eq!(sandbox.respond(&challenge, &code).await.error(), (403, json!(60322)));
}

#[tokio::test]
async fn the_code_may_come_along_and_is_taken_once() {
    let sandbox = Sandbox::start();
    let factor = sandbox.verified_factor(&[]).await;
    let code = sandbox.totp(&factor).await;
    let wrong = sandbox.challenge(&factor, &[("AuthPayload", &wrong(&code))]).await;
    assert_eq!(status(&wrong), (201, json!("pending")));
    let right = sandbox.challenge(&factor, &[("AuthPayload", &code)]).await;
    assert_eq!(status(&right), (201, json!("approved")));
    assert_eq!(right.json()["date_responded"], right.json()["date_created"]);
    let replayed = sandbox.challenge(&factor, &[("AuthPayload", &code)]).await;
    assert_eq!(status(&replayed), (201, json!("pending")));
    assert_eq!(status(&sandbox.respond(&replayed.json(), &code).await), (200, json!("pending")));
    sandbox.clock.advance(30);
    let next = sandbox.totp(&factor).await;
    assert_eq!(status(&sandbox.respond(&replayed.json(), &next).await), (200, json!("approved")));
}

#[tokio::test]
async fn the_code_that_verified_a_factor_opens_nothing_else() {
    let sandbox = Sandbox::start();
    let factor = sandbox.factor(&[]).await;
    let code = sandbox.totp(&factor).await;
    assert_eq!(sandbox.verify(&factor, &code).await.json()["status"], "verified");
    let answer = sandbox.challenge(&factor, &[("AuthPayload", &code)]).await;
    assert_eq!(status(&answer), (201, json!("pending")));
}

#[tokio::test]
async fn what_is_missing_or_wrong_is_refused() {
    let sandbox = Sandbox::start();
    let factor = sandbox.verified_factor(&[]).await;
    let path = format!("/Entities/{IDENTITY}/Challenges");
    assert_eq!(sandbox.service_post(&path, &[]).await.error(), (400, json!(60300)));
    let malformed = sandbox.service_post(&path, &[("FactorSid", "YF1")]).await;
    assert_eq!(malformed.error(), (400, json!(60306)));
    let unknown = sandbox.service_post(&path, &[("FactorSid", &format!("YF{}", "0".repeat(32)))]).await;
    assert_eq!(unknown.error(), (404, json!(20404)));
    let (message, object) = ("x".repeat(257), format!(r#"{{"a":"{}"}}"#, "x".repeat(1_017)));
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
        let answer = sandbox.challenge(&factor, &[(name, value)]).await;
        assert_eq!(answer.error(), (400, json!(60306)), "{name}={value}");
    }
    let challenge = sandbox.challenge(&factor, &[]).await.json();
    for (name, value) in [("AuthPayload", "abcdef"), ("Metadata", "x"), ("Metadata", &object)] {
        let answer = sandbox.post(&path_of(&challenge["url"]), &[(name, value)]).await;
        assert_eq!(answer.error(), (400, json!(60306)), "{name}={value}");
    }
    let nowhere = format!("/v2/Services/{SERVICE_SID}{path}/YC{}", "0".repeat(32));
    for method in [Method::GET, Method::POST] {
        assert_eq!(sandbox.ask(method, &nowhere).await.error(), (404, json!(20404)));
    }
}

#[tokio::test]
async fn an_unverified_factor_is_not_challenged() {
    let sandbox = Sandbox::start();
    let factor = sandbox.factor(&[]).await;
    assert_eq!(sandbox.challenge(&factor, &[]).await.error(), (403, json!(60318)));
}

#[tokio::test]
async fn a_challenge_expires() {
    let sandbox = Sandbox::start();
    let factor = sandbox.verified_factor(&[]).await;
    let hour = (sandbox.clock.now() + TimeDelta::minutes(59)).to_rfc3339();
    let (short, long) = (
        sandbox.challenge(&factor, &[]).await,
        sandbox.challenge(&factor, &[("ExpirationDate", &hour)]).await,
    );
    let date = |value: &Value| DateTime::parse_from_rfc3339(value.as_str().unwrap()).unwrap();
    let short = short.json();
    assert_eq!(date(&short["expiration_date"]) - date(&short["date_created"]), TimeDelta::minutes(5));
    sandbox.clock.advance(300);
    let code = sandbox.totp(&factor).await;
    assert_eq!(sandbox.respond(&short, &code).await.error(), (403, json!(60323)));
    assert_eq!(status(&sandbox.ask(Method::GET, &path_of(&short["url"])).await), (200, json!("expired")));
    assert_eq!(status(&sandbox.respond(&long.json(), &code).await), (200, json!("approved")));
    // What expired stays expired.
    assert_eq!(sandbox.send(Method::DELETE, "/sandbox/clock").await.status, 200);
    assert_eq!(sandbox.respond(&short, &code).await.error(), (403, json!(60323)));
}

#[tokio::test]
async fn a_sixth_answer_is_not_looked_at() {
    let sandbox = Sandbox::start();
    let factor = sandbox.verified_factor(&[]).await;
    let code = sandbox.totp(&factor).await;
    let challenge = sandbox.challenge(&factor, &[("AuthPayload", &wrong(&code))]).await.json();
    for _ in 1..5 {
        assert_eq!(status(&sandbox.respond(&challenge, &wrong(&code)).await), (200, json!("pending")));
    }
    assert_eq!(sandbox.respond(&challenge, &code).await.error(), (429, json!(60308)));
    // The code was not looked at: another challenge takes it.
    assert_eq!(
        status(&sandbox.challenge(&factor, &[("AuthPayload", &code)]).await),
        (201, json!("approved"))
    );
}

#[tokio::test]
async fn a_factor_has_so_many_challenges_in_a_time() {
    let sandbox = Sandbox::start();
    for (length, most, pause) in [("4", 10, 24 * 60 * 60), ("5", 50, 60 * 60)] {
        let factor = sandbox.verified_factor(&[("Config.CodeLength", length)]).await;
        for _ in 0..most {
            assert_eq!(sandbox.challenge(&factor, &[]).await.status, 201);
        }
        assert_eq!(sandbox.challenge(&factor, &[]).await.error(), (429, json!(60312)));
        sandbox.clock.advance(pause);
        assert_eq!(sandbox.challenge(&factor, &[]).await.status, 201);
    }
}

#[tokio::test]
async fn a_list_is_filtered_and_ordered() {
    let sandbox = Sandbox::start();
    let (factor, other) = (sandbox.verified_factor(&[]).await, sandbox.verified_factor(&[]).await);
    let expired = sandbox.challenge(&factor, &[]).await.json();
    sandbox.clock.advance(300);
    let code = sandbox.totp(&factor).await;
    let approved = sandbox.challenge(&factor, &[("AuthPayload", &code)]).await.json();
    sandbox.clock.advance(1);
    let pending = sandbox.challenge(&other, &[]).await.json();
    let list = async |query: &str| {
        let path = format!("/v2/Services/{SERVICE_SID}/Entities/{IDENTITY}/Challenges?{query}");
        let body = sandbox.ask(Method::GET, &path).await.json();
        let sids = body["challenges"].as_array().unwrap().iter().map(|told| told["sid"].clone());
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
    // Page by page, the oldest first.
    let (mut walked, mut query) = (Vec::new(), Some("PageSize=1".to_owned()));
    while let Some(page) = query.take() {
        let (sids, next) = list(&page).await;
        walked.extend(sids);
        query = next.as_str().map(|url| url.split_once('?').unwrap().1.to_owned());
    }
    assert_eq!(walked, sids);
    for query in ["Status=open", "Order=up", "FactorSid=YF1", "PageSize=0"] {
        let path = format!("/Entities/{IDENTITY}/Challenges?{query}");
        assert_eq!(sandbox.service_get(&path).await.error(), (400, json!(60306)), "{query}");
    }
}
