//! Authentication, content types, hosts, origins, and unknown paths and parameters.

use serde_json::json;

use crate::tests::*;

#[tokio::test]
async fn credentials_are_checked_first_and_real_ones_are_rejected() {
    let sandbox = Sandbox::start();
    let url = sandbox.url("/v2/Services/unknown/Verifications");
    let real_looking = "0123456789abcdef0123456789abcdef";
    for (user, password) in [(ACCOUNT_SID, real_looking), ("AC1", AUTH_TOKEN), (ACCOUNT_SID, "")] {
        let request = sandbox.client.post(&url).basic_auth(user, Some(password)).body("{}");
        let answer = Answer::of(request.send().await.unwrap()).await;
        assert_eq!(answer.error(), (401, json!(20003)));
        assert_eq!(answer.headers["www-authenticate"], r#"Basic realm="Twilio API""#);
        assert!(!answer.text.contains(real_looking));
    }
    assert_eq!(
        Answer::of(sandbox.client.post(&url).send().await.unwrap()).await.error(),
        (401, json!(20003))
    );
    let request = sandbox.client.post(&url).basic_auth(ACCOUNT_SID, Some(AUTH_TOKEN)).body("{}");
    assert_eq!(Answer::of(request.send().await.unwrap()).await.error(), (404, json!(20404)));
}

#[tokio::test]
async fn the_twilio_api_accepts_forms_only() {
    let sandbox = Sandbox::start();
    let url = sandbox.url(&format!("/v2/Services/{SERVICE_SID}/Verifications"));
    for (content_type, body, expected) in [
        ("application/json", r#"{"To":"+12015550123","Channel":"sms"}"#.to_owned(), (415, json!(20415))),
        ("application/x-www-form-urlencoded", "x".repeat(70_000), (413, json!(20413))),
    ] {
        let request = sandbox.client.post(&url).basic_auth(ACCOUNT_SID, Some(AUTH_TOKEN));
        let request = request.header("content-type", content_type).body(body);
        assert_eq!(Answer::of(request.send().await.unwrap()).await.error(), expected);
    }
}

#[tokio::test]
async fn the_control_api_accepts_json_only() {
    let sandbox = Sandbox::start();
    for path in ["/sandbox/reset", "/sandbox/clock"] {
        for content_type in ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data"] {
            let request = sandbox.client.post(sandbox.url(path)).header("content-type", content_type);
            let answer = Answer::of(request.body(r#"{"advance_seconds":1}"#).send().await.unwrap()).await;
            assert_eq!(answer.error(), (415, json!("unsupported_media_type")), "{path} {content_type}");
        }
    }
    let untyped = sandbox.client.post(sandbox.url("/sandbox/clock")).body(r#"{"advance_seconds":1}"#);
    assert_eq!(Answer::of(untyped.send().await.unwrap()).await.status, 415);
    assert_eq!(sandbox.clock.offset_seconds(), 0);
    let typed = sandbox.client.post(sandbox.url("/sandbox/reset")).header("content-type", "application/json");
    assert_eq!(Answer::of(typed.send().await.unwrap()).await.status, 204);
}

#[tokio::test]
async fn other_hosts_and_origins_are_rejected() {
    let sandbox = Sandbox::start();
    let with = async |method: Method, path: &str, name: &'static str, value: &str| {
        let request = sandbox.client.request(method, sandbox.url(path)).header(name, value);
        Answer::of(request.send().await.unwrap()).await
    };
    for path in ["/", "/sandbox/messages", "/v2/Services", "/nothing"] {
        let answer = with(Method::GET, path, "host", "rebind.example.org").await;
        assert_eq!(answer.error(), (403, json!("host_not_allowed")), "{path}");
        assert_eq!(answer.headers["content-type"], "application/problem+json");
    }
    for host in ["localhost:9", "127.0.0.9", "[::1]:3001", "PHONES.internal:1"] {
        assert_eq!(with(Method::GET, "/sandbox/health", "host", host).await.status, 200, "{host}");
    }
    for origin in ["https://example.org", "null", "http://localhost.example.org"] {
        let answer = with(Method::POST, "/sandbox/reset", "origin", origin).await;
        assert_eq!(answer.error(), (403, json!("origin_not_allowed")), "{origin}");
    }
    let local = with(Method::POST, "/sandbox/reset", "origin", "http://localhost:5173").await;
    assert_eq!(local.status, 204);
    assert!(!local.headers.contains_key("access-control-allow-origin"));
}

#[tokio::test]
async fn unknown_paths_and_methods_are_rejected() {
    let sandbox = Sandbox::start();
    for path in ["/v2", "/v2/", "/v2/nothing", "/v2/Services/VA/Nothing"] {
        let answer = sandbox.get(path).await;
        assert_eq!(answer.error(), (404, json!(20404)), "{path}");
        assert!(answer.headers.contains_key("twilio-request-id"));
    }
    for path in ["/nothing", "/sandbox", "/sandbox/nothing", "/v1"] {
        assert_eq!(sandbox.get(path).await.error(), (404, json!("not_found")), "{path}");
    }
    assert_eq!(sandbox.send(Method::PUT, "/v2/Services").await.error(), (405, json!(20004)));
    assert_eq!(sandbox.send(Method::PUT, "/sandbox/clock").await.error(), (405, json!("method_not_allowed")));
    assert_eq!(sandbox.send(Method::POST, "/").await.error(), (405, json!("method_not_allowed")));
}

#[tokio::test]
async fn a_misspelt_parameter_deletes_nothing() {
    let sandbox = Sandbox::start();
    sandbox.start_and_read_code().await;
    let document = sandbox.get("/sandbox/openapi.json").await.json();
    for (path, item) in document["paths"].as_object().unwrap() {
        for method in item.as_object().unwrap().keys() {
            let method = Method::from_bytes(method.to_uppercase().as_bytes()).unwrap();
            let answer = sandbox.send(method.clone(), &format!("{path}?acount={ACCOUNT_SID}")).await;
            assert_eq!(answer.error(), (422, json!("validation_failed")), "{method} {path}");
            assert!(answer.text.contains("`acount`"), "{}", answer.text);
        }
    }
    let messages = sandbox.get(&format!("/sandbox/messages?to={PHONE}&account={ACCOUNT_SID}&limit=9")).await;
    assert_eq!(messages.json()["messages"].as_array().unwrap().len(), 1);
}
