//! Every answer of `dev` and of the sandbox is marked with the header `countersign-mode`. Answers of `serve`
//! are not, and `serve` has no path of the sandbox.

use regex::Regex;
use reqwest::{Method, RequestBuilder};
use serde_json::json;

use crate::harness::{
    Answer, Launch, Person, Server, TempDir, document, sandbox_operations, start_command, wrong_code,
};

const NOWHERE: &str = "http://127.0.0.1:1";
const ORIGIN: &str = "https://app.example.com";

/// Returns the status and the mode of an answer. The body may be endless.
async fn mode_in(request: RequestBuilder) -> (u16, Option<String>) {
    let answer = request.send().await.unwrap();
    let mode = answer.headers().get("countersign-mode").map(|mode| mode.to_str().unwrap().to_owned());
    (answer.status().as_u16(), mode)
}

/// Sends every operation of the API invalid requests and bodies of every kind.
async fn call_every_operation(server: &Server, expected: Option<&str>) {
    let mut statuses = Vec::new();
    let mut ask = async |request: RequestBuilder, about: &str| {
        let (status, mode) = mode_in(request).await;
        assert_eq!(mode.as_deref(), expected, "{about}: {status}");
        statuses.push(status);
    };
    let paths = document()["paths"].as_object().unwrap().keys().map(String::as_str);
    let others = ["/", "/nowhere", "/docs", "/docs/", "/docs/nowhere", "/openapi.json", "/v1/users/me/"];
    for path in paths.chain(others) {
        for method in ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "FOO"] {
            let request = || server.request(method.parse().unwrap(), path);
            let about = format!("{method} {path}");
            ask(request(), &about).await;
            ask(request().bearer_auth("nonsense").body("{"), &about).await;
            ask(request().header("content-type", "application/json").body("{"), &about).await;
            ask(request().header("content-type", "application/json").body("{}"), &about).await;
            ask(request().header("content-type", "application/json").body("x".repeat(70_000)), &about).await;
            ask(request().header("origin", ORIGIN).header("access-control-request-method", "POST"), &about)
                .await;
        }
    }
    for status in [200, 308, 400, 401, 404, 405, 413, 415, 422] {
        assert!(statuses.contains(&status), "{status} was not provoked");
    }
}

#[tokio::test]
async fn every_answer_of_dev_is_marked() {
    call_every_operation(&Server::dev().await, Some("dev")).await;
    // If other origins are allowed, the CORS middleware answers the preflight requests.
    let open = Launch::dev().variable("COUNTERSIGN__SERVER__ALLOWED_ORIGINS", ORIGIN).start().await;
    call_every_operation(&open, Some("dev")).await;
}

#[tokio::test]
async fn no_answer_of_serve_is_marked() {
    call_every_operation(&Launch::serve(NOWHERE).start().await, None).await;
}

/// Answers that need a user, and answers to failures of the provider.
#[tokio::test]
async fn every_answer_of_the_flow_is_marked() {
    let server = Server::dev().await;
    let ada = Person::ada();
    let expect_marked = |answer: Answer, status: u16| {
        assert_eq!(answer.header("countersign-mode"), "dev", "{}", answer.text);
        answer.expect(status)
    };
    expect_marked(server.guest().sign_up(&ada).await, 201);
    expect_marked(server.guest().sign_up(&ada).await, 409);
    server.inject_fault(json!({ "operation": "start", "fault": "status", "status": 503, "times": 1 })).await;
    expect_marked(server.guest().log_in(&ada).await, 503);
    let token = server.password_ok_of(&expect_marked(server.guest().log_in(&ada).await, 200));
    expect_marked(token.resend().await, 429);
    let code = server.code(&ada.phone_number).await;
    expect_marked(token.verify(&wrong_code(&code)).await, 422);
    expect_marked(token.log_out().await, 204);
    expect_marked(token.verify(&code).await, 401);
}

/// Swagger's pages and everything that they load.
#[tokio::test]
async fn every_documentation_file_is_marked() {
    let server = Server::dev().await;
    let page = server.get("/docs/").await.expect(200);
    let links = Regex::new(r#"(?:href|src)="([^"]+)""#).unwrap();
    let files: Vec<String> = links.captures_iter(&page.text).map(|found| found[1].to_owned()).collect();
    assert!(files.len() > 4, "{files:?}");
    for file in files {
        let path = format!("/docs/{}", file.trim_start_matches("./"));
        let (status, mode) = mode_in(server.request(Method::GET, &path)).await;
        assert_eq!((status, mode.as_deref()), (200, Some("dev")), "{path}");
    }
}

async fn expect_marked_sandbox(sandbox: &str) {
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    let operations = sandbox_operations(sandbox).await;
    assert!(operations.len() > 40, "only {} operations", operations.len());
    let mut streams = 0;
    for (method, path) in &operations {
        let url = format!("{sandbox}{path}");
        let about = format!("{method} {path}");
        let request = || http.request(method.clone(), &url);
        for request in [
            request(),
            request().basic_auth(twilio_verify_sandbox::ACCOUNT_SID, Some("sandbox")),
            request().header("host", "rebind.example.org"),
            request().header("origin", "https://example.org"),
            request().header("content-type", "application/json").body("{"),
            request().header("content-type", "text/plain").body("{}"),
            request().header("content-type", "application/json").body("x".repeat(70_000)),
            request().query(&[("nonsense", "1")]),
            http.request("FOO".parse().unwrap(), &url),
            http.head(&url),
            http.get(format!("{url}/nowhere")),
        ] {
            let (status, mode) = mode_in(request).await;
            assert_eq!(mode.as_deref(), Some("dev"), "{about}: {status}");
        }
        if path == "/sandbox/events" {
            // Server-sent events: the head is sent at once, before the first event.
            let mut answer = request().send().await.unwrap();
            assert_eq!(answer.headers()["content-type"], "text/event-stream");
            assert!(answer.chunk().await.unwrap().is_some());
            streams += 1;
        }
    }
    assert_eq!(streams, 1, "the path of the events is missing");
}

#[tokio::test]
async fn every_answer_of_the_sandbox_is_marked() {
    expect_marked_sandbox(&Server::dev().await.sandbox).await;
    let alone = start_command(&TempDir::new(), "sandbox --sandbox-listen 127.0.0.1:0", &[]);
    expect_marked_sandbox(&alone.address("sandbox")).await;
}

/// The API of `dev` does not serve the sandbox, either.
#[tokio::test]
async fn api_has_no_path_of_the_sandbox() {
    let dev = Server::dev().await;
    let serve = Launch::serve(NOWHERE).start().await;
    let operations = sandbox_operations(&dev.sandbox).await;
    for path in ["/", "/sandbox/code", "/sandbox/clock", "/sandbox/users", "/sandbox/events", "/v2/Services"]
    {
        assert!(operations.iter().any(|(_, known)| known == path), "{path} is missing");
    }
    for server in [&dev, &serve] {
        for (method, path) in &operations {
            for request in [
                server.request(method.clone(), path).json(&json!({})),
                server.request(method.clone(), path).basic_auth("AC", Some("sandbox")),
            ] {
                server.send(request).await.expect_problem(404, "not_found");
            }
        }
    }
}
