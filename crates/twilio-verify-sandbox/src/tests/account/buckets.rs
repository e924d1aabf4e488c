//! Buckets of rate limits.

use serde_json::json;

use crate::rate_limit::rate_limits::MAX_BUCKETS;
use crate::tests::*;

#[tokio::test]
async fn a_bucket_is_created_fetched_updated_and_deleted() {
    let sandbox = Sandbox::start();
    let limit = sandbox.create("/RateLimits", &[("UniqueName", "ip")]).await;
    let buckets = format!("/RateLimits/{limit}/Buckets");
    let created = sandbox.service_post(&buckets, &[("Max", "5"), ("Interval", "60")]).await;
    assert_eq!(created.status, 201, "{}", created.text);
    let bucket = created.json();
    let sid = bucket["sid"].as_str().unwrap();
    assert!(is_sid("BL", &bucket["sid"]) && is_date(&bucket["date_created"]));
    let path = format!("/v2/Services/{SERVICE_SID}{buckets}/{sid}");
    let expected = json!({
        "sid": sid, "rate_limit_sid": limit, "service_sid": SERVICE_SID, "account_sid": ACCOUNT_SID,
        "max": 5, "interval": 60, "date_created": bucket["date_created"],
        "date_updated": bucket["date_created"], "url": sandbox.url(&path),
    });
    assert_eq!(bucket, expected);
    assert_eq!(sandbox.request(Method::GET, &path).await.json(), bucket);
    assert_eq!(sandbox.service_get(&buckets).await.json()["buckets"], json!([bucket]));

    sandbox.clock.advance(5);
    let updated = sandbox.post(&path, &[("Max", "6")]).await;
    assert_eq!(updated.status, 200);
    let after = updated.json();
    assert_eq!((&after["max"], &after["interval"]), (&json!(6), &json!(60)));
    assert!(after["date_updated"] != bucket["date_updated"] && is_date(&after["date_updated"]));
    assert_eq!(sandbox.request(Method::GET, &path).await.json(), after);

    assert_eq!(sandbox.request(Method::DELETE, &path).await.status, 204);
    for method in [Method::GET, Method::POST, Method::DELETE] {
        assert_eq!(sandbox.request(method, &path).await.error(), (404, json!(20404)));
    }
}

#[tokio::test]
async fn invalid_duplicate_and_too_many_buckets_are_rejected() {
    let sandbox = Sandbox::start();
    let limit = sandbox.create("/RateLimits", &[("UniqueName", "ip")]).await;
    let buckets = format!("/RateLimits/{limit}/Buckets");
    for (form, code) in [
        (&[("Max", "5")][..], 60200),
        (&[("Interval", "60")], 60200),
        (&[("Max", "0"), ("Interval", "60")], 60200),
        (&[("Max", "5"), ("Interval", "-60")], 60200),
        (&[("Max", "five"), ("Interval", "60")], 60200),
    ] {
        assert_eq!(sandbox.service_post(&buckets, form).await.error(), (400, json!(code)), "{form:?}");
    }
    let mut last = String::new();
    for n in 1..=MAX_BUCKETS {
        last = sandbox.create(&buckets, &[("Max", "5"), ("Interval", &n.to_string())]).await;
    }
    let taken = sandbox.service_post(&buckets, &[("Max", "9"), ("Interval", "1")]).await;
    assert_eq!(taken.error(), (400, json!(60211)));
    let one_more = sandbox.service_post(&buckets, &[("Max", "9"), ("Interval", "3600")]).await;
    assert_eq!(one_more.error(), (400, json!(60210)));

    let path = format!("{buckets}/{last}");
    assert_eq!(sandbox.service_post(&path, &[("Interval", "1")]).await.error(), (400, json!(60211)));
    assert_eq!(sandbox.service_post(&path, &[("Max", "0")]).await.error(), (400, json!(60200)));
    let same = MAX_BUCKETS.to_string();
    assert_eq!(sandbox.service_post(&path, &[("Interval", &same)]).await.status, 200);
}

#[tokio::test]
async fn a_bucket_is_found_below_its_own_rate_limit_only() {
    let sandbox = Sandbox::start();
    let limit = sandbox.create("/RateLimits", &[("UniqueName", "ip")]).await;
    let other = sandbox.create("/RateLimits", &[("UniqueName", "session")]).await;
    let form = [("Max", "5"), ("Interval", "60")];
    let bucket = sandbox.create(&format!("/RateLimits/{limit}/Buckets"), &form).await;
    for path in [
        format!("/RateLimits/{other}/Buckets/{bucket}"),
        format!("/RateLimits/RK{}/Buckets", "0".repeat(32)),
        format!("/RateLimits/ip/Buckets/{bucket}"),
    ] {
        assert_eq!(sandbox.service_get(&path).await.error(), (404, json!(20404)), "{path}");
    }
}
