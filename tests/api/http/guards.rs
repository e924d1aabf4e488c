//! Access rules beyond the matrix: other spellings of paths, other ways to a session, and side effects of
//! rejected requests.

use std::collections::BTreeSet;

use reqwest::Method;
use serde_json::{Value, json};

use crate::harness::{Forge, Launch, Person, Raw, Server, claims, document, only_status, resolved};

/// Every operation: its method, its path and its description in the document.
fn operations() -> impl Iterator<Item = (Method, &'static str, &'static Value)> {
    document()["paths"].as_object().unwrap().iter().flat_map(|(path, item)| {
        let operations = item.as_object().unwrap().iter();
        operations.map(|(method, it)| (method.to_uppercase().parse().unwrap(), path.as_str(), it))
    })
}

/// The operations that need an access token.
fn operations_for_access() -> impl Iterator<Item = (Method, &'static str)> {
    let wants_both = |it: &Value| {
        let problems = &it["responses"]["401"]["content"]["application/problem+json"]["examples"];
        !problems["otp_required"].is_null() && it["operationId"] != "logout"
    };
    operations().filter(move |(.., it)| wants_both(it)).map(|(method, path, _)| (method, path))
}

/// Threats: a8.
#[test]
fn only_verify_and_refresh_return_access_tokens() {
    let answers = |it: &Value, name: &str| {
        let responses = it["responses"].as_object().unwrap().values();
        let contents = responses.flat_map(|response| response["content"].as_object().into_iter().flatten());
        let mut schemas = contents.map(|(_, content)| resolved(&content["schema"]));
        schemas.any(|schema| !schema["properties"][name].is_null())
    };
    let that_answer = |name: &str| -> BTreeSet<&str> {
        let found = operations().filter(|(.., it)| answers(it, name));
        found.map(|(.., it)| it["operationId"].as_str().unwrap()).collect()
    };
    assert_eq!(that_answer("access_token"), BTreeSet::from(["refresh", "verify"]));
    assert_eq!(that_answer("refresh_token"), BTreeSet::from(["refresh", "verify"]));
    assert_eq!(that_answer("password_ok_token"), BTreeSet::from(["login"]));
}

/// Spellings of a path, the usual one first.
fn spellings(path: &str) -> Vec<String> {
    let (folder, last) = path.rsplit_once('/').unwrap();
    let escaped: String = last.bytes().map(|byte| format!("%{byte:02x}")).collect();
    vec![
        path.to_owned(),
        format!("/{path}"),
        format!("{path}/"),
        format!("{folder}//{last}"),
        format!("{folder}/./{last}"),
        format!("{folder}/x/../{last}"),
        format!("{folder}/{escaped}"),
        format!("{folder}%2f{last}"),
        format!("{path}?x=1"),
        format!("{path};x=1"),
        format!("{path}%00"),
        path.to_uppercase(),
    ]
}

/// Threats: b1.
#[tokio::test]
async fn password_ok_token_opens_no_path_in_any_spelling() {
    let scraped = Launch::dev().variable("COUNTERSIGN__METRICS__LISTEN", "127.0.0.1:0");
    let server = scraped.start().await;
    let ada = Person::ada();
    let access = server.full_access(&ada).await.token().to_owned();
    let password_ok = server.log_in(&ada).await.token().to_owned();
    let status = async |method: &Method, path: &str, token: &str| {
        let head = format!("{method} {path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n");
        let request = format!("{head}Authorization: Bearer {token}\r\nContent-Length: 0\r\n\r\n");
        only_status(&Raw::exchange(&server, request).await)
    };
    let mut asked = 0;
    let figures = server.process.address("metrics");
    for (own, path) in operations_for_access() {
        for spelled in spellings(&path.replace("{id}", "0199c0de-0000-7000-8000-000000000000")) {
            for method in [&own, &Method::GET, &Method::HEAD, &Method::OPTIONS] {
                let status = status(method, &spelled, &password_ok).await;
                assert!((400..500).contains(&status), "{method} {spelled}: {status}");
                asked += 1;
            }
        }
        let elsewhere = server.http.get(format!("{figures}{path}")).bearer_auth(&password_ok).send().await;
        assert_eq!(elsewhere.unwrap().status(), 404, "{path}");
    }
    assert!(asked > 400, "{asked}");
    // Control: the request itself is valid.
    assert_eq!(status(&Method::GET, "/v1/users/me", &access).await, 200);
}

/// The state of the database, for comparison.
async fn everything(server: &Server) -> String {
    let mut state = String::new();
    for table in
        ["users", "challenges", "sessions", "activities", "password_resets", "throttles", "conversions"]
    {
        state += &server.database.value(&format!("SELECT CAST(count(*) AS TEXT) FROM {table}")).await;
        state += " ";
    }
    let whole = "SELECT name || username || email || phone_number || password_hash FROM users";
    state + &server.database.value(whole).await
}

/// Threats: b22.
#[tokio::test]
async fn rejected_request_changes_nothing() {
    let server = Forge::launch().start().await;
    let ada = Person::ada();
    let access = server.full_access(&ada).await;
    let ended = server.another_session(&ada).await;
    ended.log_out().await.expect(204);
    let given_up = server.log_in(&ada).await;
    given_up.log_out().await.expect(204);
    let pending = server.log_in(&ada).await;
    let code = server.code(&ada.phone_number).await;
    let forged = Forge::of(&server).await.with_another_key().resign(access.token(), &claims(access.token()));
    let sessions = access.sessions().await.expect(200);
    let session = sessions.body["sessions"][0]["id"].as_str().unwrap();
    server.advance(31).await;
    let before = everything(&server).await;
    let new = json!({ "current_password": ada.password, "new_password": "an engine that weaves algebra" });
    let number = json!({ "phone_number": "+12015550124", "password": ada.password });
    let own = format!("/v1/users/me/sessions/{session}");
    for (method, path, body, with_a_code) in [
        (Method::PATCH, "/v1/users/me", json!({ "name": "Eve" }), true),
        (Method::DELETE, "/v1/users/me", json!({ "password": ada.password }), true),
        (Method::PUT, "/v1/users/me/password", new, true),
        (Method::POST, "/v1/users/me/phone", number, true),
        (
            Method::POST,
            "/v1/users/me/email",
            json!({ "email": "eve@example.com", "password": ada.password }),
            true,
        ),
        (Method::DELETE, &own, json!({}), true),
        (Method::POST, "/v1/users/logout", json!({ "scope": "all" }), true),
        (Method::POST, "/v1/users/resend", json!({}), false),
        (Method::POST, "/v1/users/verify", json!({ "code": code }), false),
    ] {
        let mut tokens = vec!["garbage", &forged, ended.token(), given_up.token()];
        tokens.extend(with_a_code.then_some(pending.token()));
        for token in tokens {
            let request = server.request(method.clone(), path).bearer_auth(token).json(&body);
            server.send(request).await.expect(401);
            assert_eq!(everything(&server).await, before, "{method} {path}");
        }
    }
    assert_eq!(server.messages("+12015550124").await.len(), 0);
    // Control: a change would be detected.
    access.update_profile(json!({ "name": "Ada King" })).await.expect(200);
    assert_ne!(everything(&server).await, before);
    pending.verify(&code).await.expect(200);
}
