//! Rate limits: the resource and its effect on starts.

use serde_json::json;

use crate::rate_limit::rate_limits::MAX_LIMITS;
use crate::tests::*;

impl Sandbox {
    /// Creates a rate limit of the default service with buckets of (max, interval).
    async fn rate_limit(&self, name: &str, buckets: &[(&str, &str)]) -> String {
        let sid = self.create("/RateLimits", &[("UniqueName", name)]).await;
        for (max, interval) in buckets {
            let path = format!("/RateLimits/{sid}/Buckets");
            self.create(&path, &[("Max", max), ("Interval", interval)]).await;
        }
        sid
    }

    /// Starts a verification to number `number`, which only a rate limit can reject.
    async fn start_limited(&self, number: u8, rate_limits: &str) -> Answer {
        let to = format!("+1201555{:04}", 100 + number);
        let form = [("To", to.as_str()), ("Channel", "sms"), ("RateLimits", rate_limits)];
        self.service_post("/Verifications", &form).await
    }
}

fn rate_limit_error(answer: &Answer) -> ((u16, Value), &str, &str) {
    let header = |name| answer.headers[name].to_str().unwrap();
    (answer.error(), header("retry-after"), header("twilio-reached-rate-limit"))
}

#[tokio::test]
async fn a_rate_limit_is_created_fetched_updated_and_deleted() {
    let sandbox = Sandbox::start();
    let form = [("UniqueName", "end.user-ip_4"), ("Description", "By address")];
    let created = sandbox.service_post("/RateLimits", &form).await;
    assert_eq!(created.status, 201, "{}", created.text);
    let limit = created.json();
    let sid = limit["sid"].as_str().unwrap();
    let url = sandbox.url(&format!("/v2/Services/{SERVICE_SID}/RateLimits/{sid}"));
    assert!(is_sid("RK", &limit["sid"]) && is_date(&limit["date_created"]));
    let expected = json!({
        "sid": sid, "service_sid": SERVICE_SID, "account_sid": ACCOUNT_SID, "unique_name": "end.user-ip_4",
        "description": "By address", "date_created": limit["date_created"],
        "date_updated": limit["date_created"], "url": url, "links": {"buckets": format!("{url}/Buckets")},
    });
    assert_eq!(limit, expected);
    let path = path_of(&limit["url"]);
    assert_eq!(sandbox.request(Method::GET, &path).await.json(), limit);
    assert_eq!(sandbox.service_get("/RateLimits").await.json()["rate_limits"], json!([limit]));

    sandbox.clock.advance(5);
    let updated = sandbox.post(&path, &[("Description", "By IP"), ("UniqueName", "other")]).await;
    assert_eq!(updated.status, 200);
    let after = updated.json();
    assert_eq!((&after["description"], &after["unique_name"]), (&json!("By IP"), &limit["unique_name"]));
    assert!(after["date_updated"] != limit["date_updated"] && is_date(&after["date_updated"]));
    assert_eq!(sandbox.post(&path, &[]).await.json()["description"], "By IP");

    assert_eq!(sandbox.request(Method::DELETE, &path).await.status, 204);
    for method in [Method::GET, Method::POST, Method::DELETE] {
        assert_eq!(sandbox.request(method, &path).await.error(), (404, json!(20404)));
    }
    assert_eq!(sandbox.service_get("/RateLimits").await.json()["rate_limits"], json!([]));
}

#[tokio::test]
async fn invalid_duplicate_and_too_many_names_are_rejected() {
    let sandbox = Sandbox::start();
    let long = "x".repeat(257);
    for (form, code) in [
        (&[][..], 60200),
        (&[("UniqueName", "end user")], 60209),
        (&[("UniqueName", "a/b")], 60209),
        (&[("UniqueName", "ip"), ("Description", &long)], 60200),
    ] {
        assert_eq!(sandbox.service_post("/RateLimits", form).await.error(), (400, json!(code)), "{form:?}");
    }
    sandbox.rate_limit("ip", &[]).await;
    let again = sandbox.service_post("/RateLimits", &[("UniqueName", "ip")]).await;
    assert_eq!(again.error(), (400, json!(60208)));
    for n in 1..MAX_LIMITS {
        sandbox.rate_limit(&n.to_string(), &[]).await;
    }
    let one_more = sandbox.service_post("/RateLimits", &[("UniqueName", "more")]).await;
    assert_eq!(one_more.error(), (400, json!(60207)));
    // Another service has its own names and its own maximum.
    let other = sandbox.post("/v2/Services", &[("FriendlyName", "x")]).await.json();
    let path = format!("{}/RateLimits", path_of(&other["url"]));
    assert_eq!(sandbox.post(&path, &[("UniqueName", "ip")]).await.status, 201);
}

#[tokio::test]
async fn a_full_bucket_rejects_starts_until_its_interval_ends() {
    let sandbox = Sandbox::start();
    sandbox.rate_limit("ip", &[("2", "60")]).await;
    let here = r#"{"ip":"::1"}"#;
    let there = r#"{"ip":"::2"}"#;
    for n in 0..2 {
        let answer = sandbox.start_limited(n, here).await;
        assert_eq!(answer.status, 201);
        assert!(!answer.headers.contains_key("twilio-reached-rate-limit"));
    }
    let refused = sandbox.start_limited(2, here).await;
    let (error, retry_after, name) = rate_limit_error(&refused);
    assert_eq!((error, name), ((429, json!(20429)), "ip"));
    assert!((1..=60).contains(&retry_after.parse::<u8>().unwrap()), "{retry_after}");
    let body = json!({"code": 20429, "message": "Too many requests", "status": 429,
        "more_info": "https://www.twilio.com/docs/errors/20429"});
    assert_eq!(refused.json(), body);
    assert_eq!(sandbox.get("/sandbox/messages").await.json()["messages"].as_array().unwrap().len(), 2);
    let attempts = sandbox.request(Method::GET, "/v2/Attempts").await.json();
    assert_eq!(attempts["attempts"].as_array().unwrap().len(), 2);
    let nothing_started = sandbox.service_get("/Verifications/+12015550102").await;
    assert_eq!(nothing_started.error(), (404, json!(20404)));

    assert_eq!(sandbox.start_limited(3, there).await.status, 201);
    assert_eq!(sandbox.start_limited(4, "").await.status, 201);
    assert_eq!(sandbox.start_limited(5, r#"{"unknown":"::1"}"#).await.status, 201);
    sandbox.clock.advance(60);
    assert_eq!(sandbox.start_limited(6, here).await.status, 201);
}

#[tokio::test]
async fn every_bucket_of_every_limit_must_have_capacity_left() {
    let sandbox = Sandbox::start();
    sandbox.rate_limit("ip", &[("1", "10"), ("2", "100")]).await;
    sandbox.rate_limit("session", &[("1", "1000")]).await;
    sandbox.rate_limit("without-buckets", &[]).await;
    let all = r#"{"ip":"a","session":7,"without-buckets":"x"}"#;
    assert_eq!(sandbox.start_limited(0, all).await.status, 201);
    assert_eq!(
        rate_limit_error(&sandbox.start_limited(1, all).await).2,
        "session",
        "the longest wait decides"
    );
    sandbox.clock.advance(10);
    // The rejected start was not counted by the second bucket.
    assert_eq!(sandbox.start_limited(2, r#"{"ip":"a"}"#).await.status, 201);
    sandbox.clock.advance(10);
    let refused = sandbox.start_limited(3, r#"{"ip":"a"}"#).await;
    let (error, retry_after, name) = rate_limit_error(&refused);
    assert_eq!((error, name), ((429, json!(20429)), "ip"));
    assert!((1..=80).contains(&retry_after.parse::<u8>().unwrap()), "{retry_after}");
    sandbox.clock.advance(80);
    assert_eq!(sandbox.start_limited(4, r#"{"ip":"a"}"#).await.status, 201);
}

#[tokio::test]
async fn an_admitted_start_counts_even_if_the_verification_rejects_it() {
    let sandbox = Sandbox::start();
    sandbox.rate_limit("ip", &[("6", "60")]).await;
    for _ in 0..5 {
        assert_eq!(sandbox.start_limited(0, r#"{"ip":"a"}"#).await.status, 201);
    }
    assert_eq!(sandbox.start_limited(0, r#"{"ip":"a"}"#).await.error(), (429, json!(60203)));
    assert_eq!(sandbox.start_limited(0, r#"{"ip":"a"}"#).await.error(), (429, json!(20429)));
}

#[tokio::test]
async fn rate_limits_must_be_a_json_object_in_a_form_field() {
    let sandbox = Sandbox::start();
    sandbox.rate_limit("ip", &[("1", "60")]).await;
    let long = format!(r#"{{"ip":"{}"}}"#, "x".repeat(257));
    for bad in ["ip", "{", "[]", "\"ip\"", r#"{"ip":null}"#, r#"{"ip":{}}"#, r#"{"ip":["a"]}"#, &long] {
        assert_eq!(sandbox.start_limited(0, bad).await.error(), (400, json!(60200)), "{bad}");
    }
    // Neither these starts nor one with another invalid parameter are counted.
    let form = [("To", "123"), ("Channel", "sms"), ("RateLimits", r#"{"ip":true}"#)];
    assert_eq!(sandbox.service_post("/Verifications", &form).await.error(), (400, json!(60200)));
    assert_eq!(sandbox.start_limited(0, r#"{"ip":true}"#).await.status, 201);
    assert_eq!(sandbox.start_limited(1, r#"{"ip":"true"}"#).await.error(), (429, json!(20429)));
}

#[tokio::test]
async fn a_deleted_limit_no_longer_applies() {
    let sandbox = Sandbox::start();
    let sid = sandbox.rate_limit("ip", &[("1", "60")]).await;
    assert_eq!(sandbox.start_limited(0, r#"{"ip":"a"}"#).await.status, 201);
    assert_eq!(sandbox.start_limited(1, r#"{"ip":"a"}"#).await.status, 429);
    let path = format!("/v2/Services/{SERVICE_SID}/RateLimits/{sid}");
    assert_eq!(sandbox.request(Method::DELETE, &path).await.status, 204);
    assert_eq!(sandbox.start_limited(1, r#"{"ip":"a"}"#).await.status, 201);
}

#[tokio::test]
async fn resetting_an_account_clears_the_counts_and_keeps_the_limits() {
    let sandbox = Sandbox::start();
    let sid = sandbox.rate_limit("ip", &[("1", "60")]).await;
    assert_eq!(sandbox.start_limited(1, r#"{"ip":"::1"}"#).await.status, 201);
    assert_eq!(sandbox.start_limited(2, r#"{"ip":"::1"}"#).await.status, 429);
    sandbox.send(Method::POST, &format!("/sandbox/reset?account={ACCOUNT_SID}")).await;
    assert_eq!(sandbox.service_get(&format!("/RateLimits/{sid}/Buckets")).await.status, 200);
    assert_eq!(sandbox.start_limited(3, r#"{"ip":"::1"}"#).await.status, 201);
    assert_eq!(sandbox.start_limited(4, r#"{"ip":"::1"}"#).await.status, 429);
}
