//! Accounts with identically named resources are isolated from each other.

use serde_json::json;

use crate::tests::*;

/// Creates one resource of each kind with fixed names, and returns their paths.
async fn create_one_of_each(sandbox: &Sandbox, account: &str) -> Vec<String> {
    let make = async |path: &str, form: &[(&str, &str)]| {
        let answer = sandbox.post_as(account, path, form).await;
        assert_eq!(answer.status, 201, "{path}: {}", answer.text);
        path_of(&answer.json()["url"])
    };
    let service = make("/v2/Services", &[("FriendlyName", "Acme")]).await;
    let default_service = format!("/v2/Services/{SERVICE_SID}");
    let mut paths = vec![service];
    let limit = make(&format!("{default_service}/RateLimits"), &[("UniqueName", "ip")]).await;
    paths.push(make(&format!("{limit}/Buckets"), &[("Max", "1"), ("Interval", "60")]).await);
    paths.push(limit);
    let factor = [("FriendlyName", "Ada"), ("FactorType", "totp"), ("Binding.Secret", "MZXW6YTBOI")];
    paths.push(make(&format!("{default_service}/Entities/entity-1/Factors"), &factor).await);
    let start = [("To", PHONE), ("Channel", "sms"), ("RateLimits", r#"{"ip":"a"}"#)];
    let verification = make(&format!("{default_service}/Verifications"), &start).await;
    let fetched = sandbox.request_as(account, Method::GET, &verification).await.json();
    let attempt = fetched["send_code_attempts"][0]["attempt_sid"].as_str().unwrap();
    paths.extend([format!("/v2/Attempts/{attempt}"), verification]);
    paths
}

#[tokio::test]
async fn accounts_cannot_see_each_other() {
    let sandbox = Sandbox::start();
    let accounts = ["1", "2"].map(|digit| format!("AC{}", digit.repeat(32)));
    // The counts and names of the first account do not affect the second.
    let first = create_one_of_each(&sandbox, &accounts[0]).await;
    let second = create_one_of_each(&sandbox, &accounts[1]).await;
    for (owner, other, paths) in [(0, 1, &first), (1, 0, &second)] {
        for path in paths {
            let own = sandbox.request_as(&accounts[owner], Method::GET, path).await;
            assert_eq!(own.status, 200, "{path}");
            let foreign = sandbox.request_as(&accounts[other], Method::GET, path).await;
            assert_eq!(foreign.error(), (404, json!(20404)), "{path}");
        }
    }
    let below = ["RateLimits", "Entities", "Entities/entity-1/Factors"];
    let below = below.map(|path| format!("/v2/Services/{SERVICE_SID}/{path}"));
    for path in ["/v2/Services", "/v2/Attempts"].into_iter().chain(below.iter().map(String::as_str)) {
        for account in &accounts {
            let body = sandbox.request_as(account, Method::GET, path).await.json();
            let key = body["meta"]["key"].as_str().unwrap();
            let mine = |resource: &Value| resource["account_sid"] == account.as_str();
            let resources = body[key].as_array().unwrap();
            assert!(!resources.is_empty() && resources.iter().all(mine), "{path}: {body}");
        }
    }
}

#[tokio::test]
async fn deletions_and_safe_lists_affect_one_account_only() {
    let sandbox = Sandbox::start();
    let [one, two] = ["1", "2"].map(|digit| format!("AC{}", digit.repeat(32)));
    let default_service = format!("/v2/Services/{SERVICE_SID}");
    assert_eq!(sandbox.request_as(&one, Method::DELETE, &default_service).await.status, 204);
    assert_eq!(sandbox.request_as(&two, Method::GET, &default_service).await.status, 200);
    let form = [("PhoneNumber", PHONE)];
    assert_eq!(sandbox.post_as(&one, "/v2/SafeList/Numbers", &form).await.status, 201);
    let path = format!("/v2/SafeList/Numbers/{PHONE}");
    for method in [Method::GET, Method::DELETE] {
        assert_eq!(sandbox.request_as(&two, method, &path).await.error(), (404, json!(20404)));
    }
    assert_eq!(sandbox.post_as(&two, "/v2/SafeList/Numbers", &form).await.status, 201);
    assert_eq!(sandbox.request_as(&two, Method::DELETE, &path).await.status, 204);
    assert_eq!(sandbox.request_as(&one, Method::GET, &path).await.status, 200);
}
