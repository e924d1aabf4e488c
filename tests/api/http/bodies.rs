//! Bodies that no handler may see: too long, of another type, not JSON, or with forbidden characters.

use reqwest::{Body, Method};
use serde_json::{Value, json};

use crate::harness::{Answer, Person, Raw, Server, only_status};

/// The public operations with a body and some others, each with a valid body and a valid token.
async fn operations(server: &Server) -> Vec<(&'static str, Option<String>, Value)> {
    let ada = Person::ada();
    let eve = Person::other(1);
    let tokens = server.full_access(&ada).await;
    let access = tokens.token().to_owned();
    let password_ok = server.password_ok(&eve).await.token().to_owned();
    let code = server.code(&eve.phone_number).await;
    vec![
        ("/v1/users/signup", None, Person::other(2).sign_up_body()),
        ("/v1/users/login", None, ada.log_in_body()),
        ("/v1/users/resend", Some(password_ok.clone()), json!({})),
        ("/v1/users/logout", Some(password_ok.clone()), json!({ "scope": "others" })),
        ("/v1/users/verify", Some(password_ok), json!({ "code": code })),
        ("/v1/users/refresh", None, json!({ "refresh_token": tokens.refresh_token })),
        (
            "/v1/users/me/phone",
            Some(access.clone()),
            json!({ "phone_number": "+12015550124", "password": ada.password }),
        ),
        ("/v1/users/me/email", Some(access), json!({ "email": "ada@example.org", "password": ada.password })),
        ("/v1/users/password/forgot", None, json!({ "email": ada.email })),
        (
            "/v1/users/password/reset",
            None,
            json!({ "code": code, "reset_token": "cspr_AAAA", "new_password": "wobbly umbrella quartz" }),
        ),
    ]
}

async fn send(
    server: &Server,
    path: &str,
    token: Option<&str>,
    media_type: Option<&str>,
    body: impl Into<Body>,
) -> Answer {
    let mut request = server.request(Method::POST, path).body(body);
    if let Some(token) = token {
        request = request.bearer_auth(token);
    }
    if let Some(media_type) = media_type {
        request = request.header("content-type", media_type);
    }
    server.send(request).await
}

/// A request without a declared length.
fn chunked(path: &str, token: Option<&str>, body: &str) -> String {
    let token = token.map(|token| format!("Authorization: Bearer {token}\r\n")).unwrap_or_default();
    let chunks: String = body
        .as_bytes()
        .chunks(1000)
        .map(|chunk| {
            let text = std::str::from_utf8(chunk).unwrap();
            format!("{:x}\r\n{text}\r\n", chunk.len())
        })
        .collect();
    format!(
        "POST {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: application/json\r\n\
         {token}Transfer-Encoding: chunked\r\n\r\n{chunks}0\r\n\r\n"
    )
}

/// Threats: a54.
#[tokio::test]
async fn body_over_16_kib_is_rejected() {
    let server = Server::dev().await;
    for (path, token, body) in operations(&server).await {
        let padded = |length: usize| {
            let body = body.to_string();
            format!("{body}{}", " ".repeat(length - body.len()))
        };
        let long = padded(16 * 1024 + 1);
        let declared = send(&server, path, token.as_deref(), Some("application/json"), long.clone()).await;
        declared.expect_problem(413, "payload_too_large");
        let undeclared = Raw::exchange(&server, chunked(path, token.as_deref(), &long)).await;
        assert_eq!(only_status(&undeclared), 413, "{path}: {undeclared}");
        let just = send(&server, path, token.as_deref(), Some("application/json"), padded(16 * 1024)).await;
        assert_ne!(just.status, 413, "{path}");
        assert_ne!(just.status, 400, "{path}");
    }
}

/// Threats: a57, a58.
#[tokio::test]
async fn body_must_be_application_json() {
    let server = Server::dev().await;
    for (path, token, body) in operations(&server).await {
        for media_type in [
            None,
            Some("text/plain"),
            Some("application/x-www-form-urlencoded"),
            Some("multipart/form-data; boundary=x"),
            Some("application/jsonp"),
            Some("text/json"),
            Some(""),
        ] {
            let answer = send(&server, path, token.as_deref(), media_type, body.to_string()).await;
            answer.expect_problem(415, "unsupported_media_type");
        }
        // A client that prefers HTML gets JSON, too.
        let html = server.request(Method::POST, path).header("accept", "text/html").body(body.to_string());
        let html = server.send(html.bearer_auth(token.as_deref().unwrap_or("none"))).await;
        html.expect_problem(415, "unsupported_media_type");
        for media_type in ["application/json; charset=utf-8", "Application/JSON"] {
            let answer = send(&server, path, token.as_deref(), Some(media_type), "[]").await;
            answer.expect_problem(400, "malformed_request");
        }
    }
}

/// Threats: a51, a54.
#[tokio::test]
async fn body_that_is_not_a_json_object_is_malformed() {
    let server = Server::dev().await;
    let deep = format!("{{\"code\":{}{}}}", "[".repeat(5000), "]".repeat(5000));
    let many = format!("{{{}}}", (0..1000).map(|n| format!("\"f{n}\":1")).collect::<Vec<_>>().join(","));
    for (path, token, body) in operations(&server).await {
        let send = async |bytes: Vec<u8>| {
            send(&server, path, token.as_deref(), Some("application/json"), bytes).await
        };
        let name = body.as_object().unwrap().keys().next().map_or("code", String::as_str);
        let twice = format!("{{\"{name}\":\"a\",\"{name}\":\"b\"}}");
        let lone = format!("{{\"{name}\":\"\\ud800\"}}");
        for text in [
            "{",
            "[]",
            "null",
            "1",
            "\"a\"",
            "{} {}",
            "{'a':1}",
            "{\"a\":1,}",
            "{\"a\":NaN}",
            "\u{feff}{}",
            &twice,
            &lone,
            &deep,
        ] {
            send(text.into()).await.expect_problem(400, "malformed_request");
        }
        let not_utf8 = [b"{\"".as_slice(), name.as_bytes(), b"\":\"\xff\xfe\"}"].concat();
        send(not_utf8).await.expect_problem(400, "malformed_request");
        // A number that fits no type is valid JSON, and so are a thousand fields.
        let huge = send(format!("{{\"{name}\":1e400}}").into()).await;
        assert!([400, 422].contains(&huge.status), "{}", huge.text);
        let many = send(many.clone().into()).await.expect_problem(422, "validation_failed");
        assert_eq!(many.body["errors"].as_array().unwrap().len(), 50, "{path}");
        if body != json!({}) && name != "scope" {
            send(vec![]).await.expect_problem(400, "malformed_request");
        }
    }
}

/// Threats: a52, b34.
#[tokio::test]
async fn control_characters_never_reach_the_database() {
    let server = Server::dev().await;
    let fields = [
        ("/v1/users/signup", vec!["name", "username", "phone_number", "email"]),
        ("/v1/users/login", vec!["email", "locale", "channel", "app_hash"]),
        ("/v1/users/resend", vec!["locale", "channel", "app_hash"]),
        ("/v1/users/logout", vec!["scope"]),
        ("/v1/users/verify", vec!["code"]),
        ("/v1/users/refresh", vec![]),
        ("/v1/users/me/phone", vec!["phone_number", "channel"]),
        ("/v1/users/me/email", vec!["email"]),
        ("/v1/users/password/forgot", vec!["email"]),
        ("/v1/users/password/reset", vec!["code"]),
    ];
    for (path, token, body) in operations(&server).await {
        let (_, names) = fields.iter().find(|(other, _)| *other == path).unwrap();
        for name in names {
            for bad in [
                "\0",
                "a\0b",
                "\u{202e}abc",
                "abc\u{2066}",
                "\u{2028}",
                "a\r\nb",
                "\u{7f}",
                "\u{feff}abc",
                "\u{1b}[31m",
            ] {
                let mut body = body.clone();
                let good = body[*name].as_str().unwrap_or_default();
                body[*name] = format!("{good}{bad}{good}").into();
                let answer =
                    server.post(path, token.as_deref(), body).await.expect_problem(422, "validation_failed");
                assert_eq!(answer.body["errors"][0]["pointer"], format!("/{name}"), "{}", answer.text);
                assert!(!answer.text.contains(bad), "{path} {name} repeats {bad:?}");
            }
        }
        // An invalid token is rejected as such, whatever its characters.
        for name in ["refresh_token", "reset_token"].into_iter().filter(|name| body.get(*name).is_some()) {
            let mut body = body.clone();
            body[name] = "a\0\u{202e}".into();
            let status = server.post(path, token.as_deref(), body).await.status;
            assert!([401, 410].contains(&status), "{path}: {status}");
        }
        // Names of unknown fields appear only in the answer.
        let answer = server.post(path, token.as_deref(), json!({ "a\0\u{202e}": "b" })).await;
        answer.expect_problem(422, "validation_failed");
    }
}

/// A password may hold any characters: only its hash is stored.
/// Threats: b34.
#[tokio::test]
async fn password_may_contain_any_character() {
    let server = Server::dev().await;
    let mut ada = Person::ada();
    ada.password = "\0\u{202e}zebra \u{2028} umbrella \r\n\u{feff}".into();
    server.sign_up(&ada).await;
    let mut almost = ada.clone();
    almost.password = ada.password.replace('\0', "");
    server.guest().log_in(&almost).await.expect_problem(401, "invalid_credentials");
    server.log_in(&ada).await;
}

/// The user agent is stored and shown as data.
#[tokio::test]
async fn strange_user_agent_is_stored_without_harm() {
    let server = Server::dev().await;
    for (number, agent) in
        [(1, "<script>'\"; DROP TABLE users;--"), (2, "\u{202e}ünïcode"), (3, &*"x".repeat(5000))]
    {
        let person = Person::other(number);
        let token = server.password_ok(&person).await;
        let code = server.code(&person.phone_number).await;
        let access = token.header("user-agent", agent).open_session(&code).await;
        let dashboard = access.dashboard().await.expect(200);
        let shown = dashboard.body["session"]["user_agent"].as_str().unwrap_or_default().to_owned();
        assert!(agent.starts_with(&shown) && shown.chars().count() <= 256, "{shown}");
    }
}
