//! Two accounts that name everything alike never see each other.

use serde_json::json;

use super::*;

/// Makes one of everything, by the same names, and tells the paths under which it is found.
async fn furnish(sandbox: &Sandbox, account: &str) -> Vec<String> {
    let make = async |path: &str, form: &[(&str, &str)]| {
        let answer = sandbox.post_as(account, path, form).await;
        assert_eq!(answer.status, 201, "{path}: {}", answer.text);
        path_of(&answer.json()["url"])
    };
    let service = make("/v2/Services", &[("FriendlyName", "Acme")]).await;
    let well_known = format!("/v2/Services/{SERVICE_SID}");
    let mut paths = vec![service];
    let limit = make(&format!("{well_known}/RateLimits"), &[("UniqueName", "ip")]).await;
    paths.push(make(&format!("{limit}/Buckets"), &[("Max", "1"), ("Interval", "60")]).await);
    paths.push(limit);
    let factor = [("FriendlyName", "Ada"), ("FactorType", "totp"), ("Binding.Secret", "MZXW6YTBOI")];
    paths.push(make(&format!("{well_known}/Entities/somebody/Factors"), &factor).await);
    let start = [("To", PHONE), ("Channel", "sms"), ("RateLimits", r#"{"ip":"a"}"#)];
    let verification = make(&format!("{well_known}/Verifications"), &start).await;
    let told = sandbox.ask_as(account, Method::GET, &verification).await.json();
    let attempt = told["send_code_attempts"][0]["attempt_sid"].as_str().unwrap();
    paths.extend([format!("/v2/Attempts/{attempt}"), verification]);
    paths
}

#[tokio::test]
async fn accounts_see_nothing_of_each_other() {
    let sandbox = Sandbox::start();
    let accounts = ["1", "2"].map(|digit| format!("AC{}", digit.repeat(32)));
    // The second one is not limited by what the first one counted, nor told that a name is taken.
    let (ones, twos) = (furnish(&sandbox, &accounts[0]).await, furnish(&sandbox, &accounts[1]).await);
    for (owner, other, paths) in [(0, 1, &ones), (1, 0, &twos)] {
        for path in paths {
            let seen = sandbox.ask_as(&accounts[owner], Method::GET, path).await;
            assert_eq!(seen.status, 200, "{path}");
            let unseen = sandbox.ask_as(&accounts[other], Method::GET, path).await;
            assert_eq!(unseen.error(), (404, json!(20404)), "{path}");
        }
    }
    let below = ["RateLimits", "Entities", "Entities/somebody/Factors"];
    let below = below.map(|path| format!("/v2/Services/{SERVICE_SID}/{path}"));
    for path in ["/v2/Services", "/v2/Attempts"].into_iter().chain(below.iter().map(String::as_str)) {
        for account in &accounts {
            let body = sandbox.ask_as(account, Method::GET, path).await.json();
            let key = body["meta"]["key"].as_str().unwrap();
            let mine = |resource: &Value| resource["account_sid"] == account.as_str();
            let resources = body[key].as_array().unwrap();
            assert!(!resources.is_empty() && resources.iter().all(mine), "{path}: {body}");
        }
    }
}

#[tokio::test]
async fn what_one_account_deletes_or_lists_as_safe_is_its_own() {
    let sandbox = Sandbox::start();
    let [one, two] = ["1", "2"].map(|digit| format!("AC{}", digit.repeat(32)));
    let well_known = format!("/v2/Services/{SERVICE_SID}");
    assert_eq!(sandbox.ask_as(&one, Method::DELETE, &well_known).await.status, 204);
    assert_eq!(sandbox.ask_as(&two, Method::GET, &well_known).await.status, 200);
    let form = [("PhoneNumber", PHONE)];
    assert_eq!(sandbox.post_as(&one, "/v2/SafeList/Numbers", &form).await.status, 201);
    let path = format!("/v2/SafeList/Numbers/{PHONE}");
    for method in [Method::GET, Method::DELETE] {
        assert_eq!(sandbox.ask_as(&two, method, &path).await.error(), (404, json!(20404)));
    }
    assert_eq!(sandbox.post_as(&two, "/v2/SafeList/Numbers", &form).await.status, 201);
    assert_eq!(sandbox.ask_as(&two, Method::DELETE, &path).await.status, 204);
    assert_eq!(sandbox.ask_as(&one, Method::GET, &path).await.status, 200);
}
