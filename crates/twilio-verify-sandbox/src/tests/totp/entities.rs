//! Entities, the owners of factors and challenges.

use serde_json::json;

use crate::tests::*;

const IDENTITY: &str = "ff483d1ff591898a9942916050d2ca3f";

#[tokio::test]
async fn an_entity_is_created_fetched_listed_and_deleted() {
    let sandbox = Sandbox::start();
    let created = sandbox.service_post("/Entities", &[("Identity", IDENTITY)]).await;
    assert_eq!(created.status, 201, "{}", created.text);
    let entity = created.json();
    let url = sandbox.url(&format!("/v2/Services/{SERVICE_SID}/Entities/{IDENTITY}"));
    assert!(is_sid("YE", &entity["sid"]) && is_date(&entity["date_created"]));
    let expected = json!({
        "sid": entity["sid"], "identity": IDENTITY, "account_sid": ACCOUNT_SID, "service_sid": SERVICE_SID,
        "date_created": entity["date_created"], "date_updated": entity["date_created"], "url": url,
        "links": {
            "factors": format!("{url}/Factors"), "new_factors": format!("{url}/Factors"),
            "challenges": format!("{url}/Challenges"),
        },
    });
    assert_eq!(entity, expected);
    let path = path_of(&entity["url"]);
    assert_eq!(sandbox.request(Method::GET, &path).await.json(), entity);
    assert_eq!(sandbox.service_get("/Entities").await.json()["entities"], json!([entity]));

    assert_eq!(sandbox.request(Method::DELETE, &path).await.status, 204);
    for method in [Method::GET, Method::DELETE] {
        assert_eq!(sandbox.request(method, &path).await.error(), (404, json!(20404)));
    }
    assert_eq!(sandbox.service_get("/Entities").await.json()["entities"], json!([]));
}

#[tokio::test]
async fn invalid_and_duplicate_identities_are_rejected() {
    let sandbox = Sandbox::start();
    let long = "a".repeat(65);
    assert_eq!(sandbox.service_post("/Entities", &[]).await.error(), (400, json!(60300)));
    for bad in ["1234567", &long, "ada_lovelace", "ada@example.org", "+12015550123"] {
        let answer = sandbox.service_post("/Entities", &[("Identity", bad)]).await;
        assert_eq!(answer.error(), (400, json!(60306)), "{bad}");
        for path in ["", "/Factors", "/Challenges"] {
            let answer = sandbox.service_get(&format!("/Entities/{bad}{path}")).await;
            assert_eq!(answer.error(), (400, json!(60306)), "{bad}{path}");
        }
        let deletion =
            sandbox.request(Method::DELETE, &format!("/v2/Services/{SERVICE_SID}/Entities/{bad}")).await;
        assert_eq!(deletion.error(), (400, json!(60306)), "{bad}");
    }
    assert_eq!(sandbox.service_post("/Entities", &[("Identity", IDENTITY)]).await.status, 201);
    let again = sandbox.service_post("/Entities", &[("Identity", IDENTITY)]).await;
    assert_eq!(again.error(), (409, json!(60301)));
    let other = sandbox.post("/v2/Services", &[("FriendlyName", "x")]).await.json();
    let path = format!("{}/Entities", path_of(&other["url"]));
    assert_eq!(sandbox.post(&path, &[("Identity", IDENTITY)]).await.status, 201);
}

#[tokio::test]
async fn everything_below_an_unknown_entity_or_service_is_not_found() {
    let sandbox = Sandbox::start();
    for path in ["", "/Factors", "/Challenges"] {
        let answer = sandbox.service_get(&format!("/Entities/{IDENTITY}{path}")).await;
        assert_eq!(answer.error(), (404, json!(20404)), "{path}");
    }
    let form = [("FactorSid", "x")];
    let challenge = sandbox.service_post(&format!("/Entities/{IDENTITY}/Challenges"), &form).await;
    assert_eq!(challenge.error(), (404, json!(20404)), "the entity is looked for before the body is read");
    let unknown = format!("/v2/Services/VA{}/Entities", "0".repeat(32));
    assert_eq!(sandbox.request(Method::GET, &unknown).await.error(), (404, json!(20404)));
    assert_eq!(sandbox.post(&unknown, &[]).await.error(), (404, json!(20404)));
    let factors = format!("{unknown}/{IDENTITY}/Factors");
    assert_eq!(sandbox.post(&factors, &[]).await.error(), (404, json!(20404)));
}

#[tokio::test]
async fn lists_are_paged_and_invalid_pages_are_rejected() {
    let sandbox = Sandbox::start();
    let factor = sandbox.create_factor(&[]).await;
    let entity = path_of(&factor["url"]).split("/Factors").next().unwrap().to_owned();
    let (entities, _) = entity.rsplit_once('/').unwrap();
    for (path, key) in [
        (entities.to_owned(), "entities"),
        (format!("{entity}/Factors"), "factors"),
        (format!("{entity}/Challenges"), "challenges"),
    ] {
        let body = sandbox.request(Method::GET, &path).await.json();
        assert_eq!(members(&body), if key < "meta" { [key, "meta"] } else { ["meta", key] });
        let first = sandbox.url(&format!("{path}?PageSize=50&Page=0"));
        let expected = json!({
            "page": 0, "page_size": 50, "first_page_url": first, "previous_page_url": null,
            "next_page_url": null, "url": first, "key": key,
        });
        assert_eq!(body["meta"], expected);
        for query in ["PageSize=0", "Page=-1", "PageToken=x"] {
            let answer = sandbox.request(Method::GET, &format!("{path}?{query}")).await;
            assert_eq!(answer.error(), (400, json!(60306)), "{path}?{query}");
        }
    }
}
