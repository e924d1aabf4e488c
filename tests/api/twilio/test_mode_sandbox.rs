//! The sandbox from outside: it accepts only its own auth token, stores no other one, and is closed to web
//! pages.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use reqwest::{Client, Method};
use serde_json::{Value, json};
use twilio_verify_sandbox::{ACCOUNT_SID, AUTH_TOKEN};

use crate::harness::{Launch, Person, Process, Server, TempDir, sandbox_operations, start_command};

/// The form of a real auth token.
const REAL: &str = "0f3c9a7e5b1d8f2460c4e8a2b6d0f1e3";
const SANDBOX: &str = "sandbox --sandbox-listen 127.0.0.1:0";

fn client() -> Client {
    Client::builder().no_proxy().build().unwrap()
}

/// Starts a sandbox with the most detailed log.
fn talkative(directory: &TempDir) -> Process {
    start_command(directory, SANDBOX, &[("COUNTERSIGN__LOG__LEVEL", "trace")])
}

fn basic(user: &str, password: &str) -> String {
    format!("Basic {}", STANDARD.encode(format!("{user}:{password}")))
}

#[tokio::test]
async fn sandbox_accepts_only_its_own_auth_token() {
    let directory = TempDir::new();
    let http = client();
    let process = talkative(&directory);
    let sandbox = process.address("sandbox");
    let word = basic(ACCOUNT_SID, AUTH_TOKEN);
    let mut refused: Vec<String> = [
        REAL,
        "",
        "Sandbox",
        "SANDBOX",
        "sandbox ",
        " sandbox",
        "sandbox\n",
        "sandbox\0",
        "sandboxx",
        "sandbo",
        "sandbox:sandbox",
    ]
    .map(|password| basic(ACCOUNT_SID, password))
    .into();
    let encoded = word.trim_start_matches("Basic ");
    refused.extend([
        format!("Bearer {AUTH_TOKEN}"),
        format!("Bearer {encoded}"),
        format!("Digest {encoded}"),
        AUTH_TOKEN.into(),
    ]);
    refused
        .extend(["", "AC", "AC1", "VAc0dec0dec0dec0dec0dec0dec0dec0de"].map(|user| basic(user, AUTH_TOKEN)));
    let mut asked = 0;
    for (method, path) in sandbox_operations(&sandbox).await {
        if !path.starts_with("/v2/") {
            continue;
        }
        asked += 1;
        let ask = async |authorization: Option<&str>| -> (u16, Value) {
            let request = http.request(method.clone(), format!("{sandbox}{path}"));
            let form = [("To", "+12015550123"), ("Channel", "sms"), ("FriendlyName", "Acme")];
            let request = if method == Method::POST { request.form(&form) } else { request };
            let request =
                authorization.map_or(request.try_clone().unwrap(), |a| request.header("authorization", a));
            let answer = request.send().await.unwrap();
            let status = answer.status().as_u16();
            let text = answer.text().await.unwrap();
            assert!(!text.contains(REAL), "{method} {path}: {text}");
            (status, serde_json::from_str::<Value>(&text).unwrap_or_default()["code"].take())
        };
        assert_eq!(ask(None).await, (401, json!(20003)), "{method} {path}");
        for authorization in &refused {
            assert_eq!(
                ask(Some(authorization)).await,
                (401, json!(20003)),
                "{method} {path}: {authorization}"
            );
        }
        assert_ne!(ask(Some(&word)).await.0, 401, "{method} {path}");
    }
    assert!(asked > 20, "only {asked} operations");
}

/// A real secret that is sent by mistake is neither logged nor stored.
#[tokio::test]
async fn real_auth_token_is_neither_logged_nor_stored() {
    let directory = TempDir::new();
    let http = client();
    let mut process = talkative(&directory);
    let sandbox = process.address("sandbox");
    let url = format!("{sandbox}/v2/Services/VAc0dec0dec0dec0dec0dec0dec0dec0de/Verifications");
    let form = [("To", "+12015550123"), ("Channel", "sms")];
    for (token, status) in [(REAL, 401), (AUTH_TOKEN, 201)] {
        let request = http.post(&url).basic_auth(ACCOUNT_SID, Some(token)).form(&form);
        assert_eq!(request.send().await.unwrap().status(), status);
    }
    let encoded = STANDARD.encode(format!("{ACCOUNT_SID}:{REAL}"));
    for path in ["/sandbox/requests", "/sandbox/messages", "/sandbox/faults", "/"] {
        let text = http.get(format!("{sandbox}{path}")).send().await.unwrap().text().await.unwrap();
        assert!(!text.contains(REAL) && !text.contains(&encoded), "{path}: {text}");
    }
    process.signal("TERM");
    let log = process.wait().1;
    assert!(log.contains("sandbox answered"), "the log is not detailed: {log}");
    assert!(!log.contains(REAL) && !log.contains(&encoded), "{log}");
    assert_eq!(std::fs::read_dir(directory.path()).unwrap().count(), 0);
}

/// `serve` with a real token cannot use the sandbox.
#[tokio::test]
async fn serve_with_a_real_auth_token_gets_no_code() {
    let sandbox = start_command(&TempDir::new(), SANDBOX, &[]);
    let launch = Launch::serve(&sandbox.address("sandbox"));
    let server = launch.variable("TWILIO_AUTH_TOKEN", REAL).start().await;
    let ada = Person::ada();
    server.sign_up(&ada).await;
    server.guest().log_in(&ada).await.expect_problem(503, "otp_unavailable");
    let messages = client().get(format!("{}/sandbox/messages", sandbox.address("sandbox")));
    let messages: Value = messages.send().await.unwrap().json().await.unwrap();
    assert_eq!(messages["messages"], json!([]));
}

#[tokio::test]
async fn every_sandbox_path_checks_host_and_origin() {
    let server = Server::dev().await;
    let http = client();
    for (method, path) in sandbox_operations(&server.sandbox).await {
        let ask = async |name: &str, value: &str| -> (u16, Value) {
            let request = http.request(method.clone(), format!("{}{path}", server.sandbox));
            let answer = request.header(name, value).send().await.unwrap();
            assert!(!answer.headers().contains_key("access-control-allow-origin"), "{method} {path}");
            let status = answer.status().as_u16();
            // Endless bodies are not read.
            let body = if status == 403 { answer.json().await.unwrap() } else { Value::Null };
            (status, body["code"].clone())
        };
        for host in [
            "rebind.example.org",
            "localhost.example.org",
            "10.0.0.1",
            "0.0.0.0",
            "127.0.0.1.nip.io",
            "evil:3001",
        ] {
            assert_eq!(ask("host", host).await, (403, json!("host_not_allowed")), "{method} {path}: {host}");
        }
        for origin in ["https://example.org", "null", "http://localhost.example.org", "http://evil@localhost"]
        {
            let (status, code) = ask("origin", origin).await;
            let expected = if method == Method::GET { Value::Null } else { json!("origin_not_allowed") };
            assert_eq!(code, expected, "{method} {path}: {origin}: {status}");
        }
    }
}

/// Requests that a page of another site can send without a preflight (a form, text, no type) change nothing.
#[tokio::test]
async fn every_sandbox_path_with_a_body_requires_json() {
    let server = Server::dev().await;
    let http = client();
    let mut asked = Vec::new();
    for (method, path) in sandbox_operations(&server.sandbox).await {
        if method != Method::POST || !path.starts_with("/sandbox/") {
            continue;
        }
        let body = r#"{"stage":"signed_up","advance_seconds":1,"operation":"any","fault":"drop"}"#;
        let send = async |content_type: Option<&str>| {
            let request = http.post(format!("{}{path}", server.sandbox)).body(body);
            let request = match content_type {
                Some(content_type) => request.header("content-type", content_type),
                None => request,
            };
            request.send().await.unwrap().status().as_u16()
        };
        for content_type in [
            "text/plain",
            "text/plain;application/json",
            "text/plain; charset=application/json",
            "application/x-www-form-urlencoded",
            "multipart/form-data; boundary=x",
            "application/jsonp",
            "",
        ] {
            assert_eq!(send(Some(content_type)).await, 415, "{path}: {content_type:?}");
        }
        // A reset has no body and no type. Its `Origin` is still checked.
        if path != "/sandbox/reset" {
            assert_eq!(send(None).await, 415, "{path} without a type");
        }
        asked.push(path);
    }
    for path in ["/sandbox/clock", "/sandbox/faults", "/sandbox/reset", "/sandbox/users"] {
        assert!(asked.iter().any(|known| known == path), "{path}: {asked:?}");
    }
    assert_eq!(server.sandbox_get("/sandbox/clock").await["offset_seconds"], 0);
    assert_eq!(server.sandbox_get("/sandbox/faults").await["faults"], json!([]));
    assert_eq!(server.database.number("SELECT count(*) FROM users").await, 0);
}
