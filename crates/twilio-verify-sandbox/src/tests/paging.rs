//! Lists, as the official clients walk them: by `next_page_url` until there is none.

use serde_json::json;

use super::*;

/// All resources of a list, page by page, and how many pages there were.
async fn walk(sandbox: &Sandbox, mut path: String) -> (Vec<Value>, usize) {
    let (mut all, mut pages) = (Vec::new(), 0);
    loop {
        let answer = sandbox.ask(Method::GET, &path).await;
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
async fn a_list_is_walked_by_its_links() {
    let sandbox = Sandbox::start();
    let mut created = Vec::new();
    for _ in 0..4 {
        created.push(sandbox.post("/v2/Services", &[("FriendlyName", "x")]).await.json()["sid"].clone());
    }
    let first = sandbox.ask(Method::GET, "/v2/Services?PageSize=2").await.json();
    assert_eq!(members(&first), ["meta", "services"]);
    let names = ["first_page_url", "key", "next_page_url", "page", "page_size", "previous_page_url", "url"];
    assert_eq!(members(&first["meta"]), names);
    assert_eq!((&first["meta"]["page_size"], &first["meta"]["key"]), (&json!(2), &json!("services")));
    assert_eq!(first["meta"]["previous_page_url"], Value::Null);
    assert_eq!(first["meta"]["first_page_url"], sandbox.url("/v2/Services?PageSize=2&Page=0"));

    let (all, pages) = walk(&sandbox, "/v2/Services?PageSize=2&Page=0".into()).await;
    created.reverse();
    created.push(json!(SERVICE_SID));
    let walked: Vec<_> = all.iter().map(|service| service["sid"].clone()).collect();
    assert_eq!((walked, pages), (created, 3));

    let second = sandbox.ask(Method::GET, &path_of(&first["meta"]["next_page_url"])).await.json();
    let back = sandbox.ask(Method::GET, &path_of(&second["meta"]["previous_page_url"])).await.json();
    assert_eq!((&back["services"], &back["meta"]["page"]), (&first["services"], &json!(0)));
}

#[tokio::test]
async fn a_walk_that_deletes_as_it_goes_misses_nothing() {
    let sandbox = Sandbox::start();
    for _ in 0..4 {
        sandbox.post("/v2/Services", &[("FriendlyName", "x")]).await;
    }
    let (mut path, mut seen) = (Some("/v2/Services?PageSize=2".to_owned()), 0);
    while let Some(page) = path.take() {
        let body = sandbox.ask(Method::GET, &page).await.json();
        for service in body["services"].as_array().unwrap() {
            seen += 1;
            assert_eq!(sandbox.ask(Method::DELETE, &path_of(&service["url"])).await.status, 204);
        }
        path = body["meta"]["next_page_url"].is_string().then(|| path_of(&body["meta"]["next_page_url"]));
    }
    assert_eq!(seen, 5);
}

#[tokio::test]
async fn every_list_has_pages_and_wrong_ones_are_refused() {
    let sandbox = Sandbox::start();
    let limits = format!("/v2/Services/{SERVICE_SID}/RateLimits");
    let limit = sandbox.created("/RateLimits", &[("UniqueName", "ip")]).await;
    let buckets = format!("{limits}/{limit}/Buckets");
    for (path, key) in [
        ("/v2/Services", "services"),
        ("/v2/Attempts", "attempts"),
        (&limits, "rate_limits"),
        (&buckets, "buckets"),
    ] {
        let body = sandbox.ask(Method::GET, path).await.json();
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
            let answer = sandbox.ask(Method::GET, &format!("{path}?{query}")).await;
            assert_eq!(answer.error(), (400, json!(code)), "{path}?{query}");
        }
        assert_eq!(sandbox.ask(Method::GET, &format!("{path}?PageSize=1000&Page=0")).await.status, 200);
    }
}
