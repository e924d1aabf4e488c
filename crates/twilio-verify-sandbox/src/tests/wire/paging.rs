//! Paging as Twilio's clients do it: they follow `next_page_url` until it is null.

use serde_json::json;

use crate::tests::*;

/// Returns all resources of a list and the number of pages.
async fn read_all_pages(sandbox: &Sandbox, mut path: String) -> (Vec<Value>, usize) {
    let mut all = Vec::new();
    let mut pages = 0;
    loop {
        let answer = sandbox.request(Method::GET, &path).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        let body = answer.json();
        let meta = &body["meta"];
        assert_eq!((&meta["page"], path_of(&meta["url"])), (&json!(pages), path));
        all.extend(body[meta["key"].as_str().unwrap()].as_array().unwrap().clone());
        pages += 1;
        if meta["next_page_url"].is_null() {
            return (all, pages);
        }
        path = path_of(&meta["next_page_url"]);
    }
}

#[tokio::test]
async fn following_the_links_visits_every_resource() {
    let sandbox = Sandbox::start();
    let mut created = Vec::new();
    for _ in 0..4 {
        created.push(sandbox.post("/v2/Services", &[("FriendlyName", "x")]).await.json()["sid"].clone());
    }
    let first = sandbox.request(Method::GET, "/v2/Services?PageSize=2").await.json();
    assert_eq!(members(&first), ["meta", "services"]);
    let names = ["first_page_url", "key", "next_page_url", "page", "page_size", "previous_page_url", "url"];
    assert_eq!(members(&first["meta"]), names);
    assert_eq!((&first["meta"]["page_size"], &first["meta"]["key"]), (&json!(2), &json!("services")));
    assert_eq!(first["meta"]["previous_page_url"], Value::Null);
    assert_eq!(first["meta"]["first_page_url"], sandbox.url("/v2/Services?PageSize=2&Page=0"));

    let (all, pages) = read_all_pages(&sandbox, "/v2/Services?PageSize=2&Page=0".into()).await;
    created.reverse();
    created.push(json!(SERVICE_SID));
    let sids: Vec<_> = all.iter().map(|service| service["sid"].clone()).collect();
    assert_eq!((sids, pages), (created, 3));

    let second = sandbox.request(Method::GET, &path_of(&first["meta"]["next_page_url"])).await.json();
    let back = sandbox.request(Method::GET, &path_of(&second["meta"]["previous_page_url"])).await.json();
    assert_eq!((&back["services"], &back["meta"]["page"]), (&first["services"], &json!(0)));
}

#[tokio::test]
async fn deleting_while_paging_skips_nothing() {
    let sandbox = Sandbox::start();
    for _ in 0..4 {
        sandbox.post("/v2/Services", &[("FriendlyName", "x")]).await;
    }
    let mut path = Some("/v2/Services?PageSize=2".to_owned());
    let mut seen = 0;
    while let Some(page) = path.take() {
        let body = sandbox.request(Method::GET, &page).await.json();
        for service in body["services"].as_array().unwrap() {
            seen += 1;
            assert_eq!(sandbox.request(Method::DELETE, &path_of(&service["url"])).await.status, 204);
        }
        path = body["meta"]["next_page_url"].is_string().then(|| path_of(&body["meta"]["next_page_url"]));
    }
    assert_eq!(seen, 5);
}

#[tokio::test]
async fn every_list_is_paged_and_invalid_pages_are_rejected() {
    let sandbox = Sandbox::start();
    let limits = format!("/v2/Services/{SERVICE_SID}/RateLimits");
    let limit = sandbox.create("/RateLimits", &[("UniqueName", "ip")]).await;
    let buckets = format!("{limits}/{limit}/Buckets");
    for (path, key) in [
        ("/v2/Services", "services"),
        ("/v2/Attempts", "attempts"),
        (&limits, "rate_limits"),
        (&buckets, "buckets"),
    ] {
        let body = sandbox.request(Method::GET, path).await.json();
        assert!(body[key].is_array(), "{path}");
        let expected = json!({
            "page": 0, "page_size": 50, "key": key, "previous_page_url": null, "next_page_url": null,
            "first_page_url": sandbox.url(&format!("{path}?PageSize=50&Page=0")),
            "url": sandbox.url(&format!("{path}?PageSize=50&Page=0")),
        });
        assert_eq!(body["meta"], expected);
        for (query, code) in [
            ("PageSize=0", 60200),
            ("PageSize=1001", 60200),
            ("PageSize=many", 60200),
            ("Page=-1", 60200),
            ("PageToken=VA1", 60200),
            ("Page=1", 20001),
        ] {
            let answer = sandbox.request(Method::GET, &format!("{path}?{query}")).await;
            assert_eq!(answer.error(), (400, json!(code)), "{path}?{query}");
        }
        assert_eq!(sandbox.request(Method::GET, &format!("{path}?PageSize=1000&Page=0")).await.status, 200);
    }
}
