//! What holds for every answer and every connection, whatever the operation.

use reqwest::Method;
use reqwest::header::HeaderMap;
use serde_json::json;

use crate::harness::{Answer, Launch, Person, Server, claims, document};

const GOOD: &str = "https://app.example.com";
const EVIL: &str = "https://app.example.com.evil.example";

/// Sends a request with these headers.
async fn with(server: &Server, method: Method, path: &str, headers: &[(&str, &str)]) -> Answer {
    let mut request = server.request(method, path);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    server.send(request).await
}

/// Threats: a56, a57.
#[tokio::test]
async fn unknown_path_is_404_and_unknown_method_is_405() {
    let server = Server::dev().await;
    for path in
        ["/", "/v1", "/v1/users", "/v1/users/me/", "/V1/users/me", "/v1/users/login/x", "/%2e%2e/etc/passwd"]
    {
        server.get(path).await.expect_problem(404, "not_found");
    }
    for (path, item) in document()["paths"].as_object().unwrap() {
        let mut allowed: Vec<String> =
            item.as_object().unwrap().keys().map(|method| method.to_uppercase()).collect();
        if let Some(get) = allowed.iter().position(|method| method == "GET") {
            allowed.insert(get + 1, "HEAD".to_owned());
        }
        for method in ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "FOO"] {
            if allowed.iter().any(|allowed| allowed == method) {
                continue;
            }
            let request =
                server.request(method.parse().unwrap(), path).header("X-HTTP-Method-Override", &allowed[0]);
            let response = request.send().await.unwrap();
            assert_eq!(response.status(), 405, "{method} {path}");
            assert_eq!(response.headers()["allow"], allowed.join(", ").as_str(), "{method} {path}");
            let problem = response.text().await.unwrap();
            assert_eq!(
                problem.contains("method_not_allowed"),
                method != "HEAD",
                "{method} {path}: {problem}"
            );
        }
    }
    let refused =
        with(&server, Method::DELETE, "/docs/", &[]).await.expect_problem(405, "method_not_allowed");
    assert_eq!(refused.header("allow"), "GET, HEAD");
}

fn check_security_headers(headers: &HeaderMap, about: &str) {
    for (name, value) in [("x-content-type-options", "nosniff"), ("referrer-policy", "no-referrer")] {
        assert_eq!(headers.get(name).map(|value| value.to_str().unwrap()), Some(value), "{name}: {about}");
    }
    let policy =
        headers.get("content-security-policy").map(|value| value.to_str().unwrap()).unwrap_or_default();
    assert!(policy.starts_with("default-src 'none'") && policy.contains("frame-ancestors 'none'"), "{about}");
    assert!(headers.contains_key("cache-control") && headers.contains_key("date"), "{about}");
    for name in ["server", "x-powered-by", "set-cookie", "access-control-allow-origin"] {
        assert!(!headers.contains_key(name), "{name}: {about}");
    }
}

/// Threats: a60.
#[tokio::test]
async fn every_answer_has_the_security_headers() {
    let server = Server::dev().await;
    let ada = Person::ada();
    let mut answers = vec![server.sign_up(&ada).await, server.guest().log_in_with(json!([])).await];
    let token = server.log_in(&ada).await;
    answers.push(token.log_out().await);
    for path in ["/", "/docs/", "/docs/nothing", "/docs", "/openapi.json", "/health/ready", "/v1/users/me"] {
        answers.push(server.get(path).await);
    }
    answers.push(server.guest().jwks().await);
    answers.push(with(&server, Method::PUT, "/v1/users/me", &[("origin", GOOD)]).await);
    for answer in &answers {
        check_security_headers(&answer.headers, &format!("{} {}", answer.status, answer.text));
    }
}

/// Threats: a60.
#[tokio::test]
async fn cacheable_answers_say_for_how_long() {
    let server = Server::dev().await;
    for (path, cache) in [
        ("/.well-known/jwks.json", "public, max-age=300"),
        ("/openapi.json", "public, max-age=300"),
        ("/docs/", "no-cache"),
        ("/health/ready", "no-store"),
        ("/v1/users/me", "no-store"),
        ("/nowhere", "no-store"),
    ] {
        assert_eq!(server.get(path).await.header("cache-control"), cache, "{path}");
    }
}

#[tokio::test]
async fn harmless_request_id_is_kept_and_others_are_replaced() {
    let server = Server::dev().await;
    let longest = "a".repeat(128);
    for id in ["abc-123_X.y", &longest] {
        for path in ["/health/live", "/nowhere"] {
            let answer = with(&server, Method::GET, path, &[("x-request-id", id)]).await;
            assert_eq!(answer.header("x-request-id"), id);
        }
    }
    let too_long = "a".repeat(129);
    let mut made = std::collections::BTreeSet::new();
    for id in ["", "a b", "a\"b", "<script>", "a/b", "{}", &too_long] {
        let answer = with(&server, Method::GET, "/health/live", &[("x-request-id", id)]).await;
        let replaced = answer.header("x-request-id").to_owned();
        assert!(replaced.len() == 32 && replaced.bytes().all(|byte| byte.is_ascii_hexdigit()), "{replaced}");
        assert!(made.insert(replaced), "{id}");
    }
}

#[tokio::test]
async fn swagger_ui_is_served_with_our_initializer() {
    let server = Server::dev().await;
    assert_eq!(server.get("/docs").await.expect(308).header("location"), "/docs/");
    let page = server.get("/docs/").await.expect(200);
    assert!(page.header("content-type").starts_with("text/html"));
    let policy = page.header("content-security-policy");
    for part in [
        "default-src 'none'",
        "script-src 'self'",
        "connect-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
    ] {
        assert!(policy.contains(part), "{part}: {policy}");
    }
    assert!(!policy.split("style-src").next().unwrap().contains("unsafe"), "{policy}");
    // All files of the page exist on the server, and nothing is inline or from elsewhere.
    assert!(
        !page.text.contains("http://") && !page.text.contains("https://") && !page.text.contains("<style>")
    );
    let files: Vec<&str> =
        page.text.split(['"', '\'']).filter(|text| text.ends_with(".js") || text.ends_with(".css")).collect();
    assert!(files.len() >= 4, "{files:?}");
    for file in files {
        let file = server.get(&format!("/docs/{}", file.trim_start_matches("./"))).await.expect(200);
        assert!(!file.text.is_empty());
    }
    let initializer = server.get("/docs/swagger-initializer.js").await.expect(200);
    assert!(initializer.text.contains("preauthorizeApiKey"));
    assert!(initializer.header("content-type").starts_with("text/javascript"));
    for path in ["/docs/nothing", "/docs/../Cargo.toml", "/docs/%2e%2e/Cargo.toml", "/docs/index.html.map"] {
        server.get(path).await.expect_problem(404, "not_found");
    }
}

async fn preflight(server: &Server, origin: &str) -> Answer {
    let headers = [
        ("origin", origin),
        ("access-control-request-method", "POST"),
        ("access-control-request-headers", "authorization,content-type"),
    ];
    with(server, Method::OPTIONS, "/v1/users/login", &headers).await
}

/// Threats: a59, b38.
#[tokio::test]
async fn no_origin_is_allowed_by_default() {
    let server = Server::dev().await;
    let answer = preflight(&server, GOOD).await.expect_problem(405, "method_not_allowed");
    assert!(!answer.headers.contains_key("access-control-allow-origin"));
    let answer = with(&server, Method::GET, "/health/live", &[("origin", GOOD)]).await.expect(200);
    assert!(!answer.headers.contains_key("access-control-allow-origin"));
}

/// Threats: a59, b38.
#[tokio::test]
async fn configured_origins_can_call_and_read_errors() {
    let origins = format!("{GOOD}, http://localhost:5173");
    let server = Launch::dev().variable("COUNTERSIGN__SERVER__ALLOWED_ORIGINS", &origins).start().await;
    let allowed = preflight(&server, GOOD).await.expect(200);
    assert_eq!(allowed.header("access-control-allow-origin"), GOOD);
    assert_eq!(allowed.header("access-control-max-age"), "7200");
    for (header, word) in [("methods", "POST"), ("headers", "authorization"), ("headers", "content-type")] {
        assert!(
            allowed.header(&format!("access-control-allow-{header}")).contains(word),
            "{:?}",
            allowed.headers
        );
    }
    for (method, path, status) in [
        (Method::GET, "/health/live", 200),
        (Method::GET, "/v1/users/me", 401),
        (Method::GET, "/nowhere", 404),
        (Method::PUT, "/v1/users/me", 405),
        (Method::POST, "/v1/users/login", 415),
    ] {
        let answer = with(&server, method, path, &[("origin", GOOD)]).await.expect(status);
        assert_eq!(answer.header("access-control-allow-origin"), GOOD, "{path}");
        assert!(answer.header("vary").to_lowercase().contains("origin"), "{path}: {:?}", answer.headers);
        let exposed = answer.header("access-control-expose-headers").to_lowercase();
        for name in ["retry-after", "x-request-id", "www-authenticate"] {
            assert!(exposed.contains(name), "{path}: {exposed}");
        }
        assert!(!answer.headers.contains_key("access-control-allow-credentials"), "{path}");
    }
    for origin in
        [EVIL, "null", "http://app.example.com", "https://sub.app.example.com", "https://APP.example.com:444"]
    {
        for answer in [
            preflight(&server, origin).await,
            with(&server, Method::GET, "/health/live", &[("origin", origin)]).await,
        ] {
            assert!(
                !answer.headers.contains_key("access-control-allow-origin"),
                "{origin}: {:?}",
                answer.headers
            );
        }
    }
}

/// The address of the session on the dashboard.
async fn seen_address(server: &Server, person: &Person, forwarded: &[(&str, &str)]) -> String {
    let token = server.password_ok(person).await;
    let code = server.code(&person.phone_number).await;
    let caller = forwarded.iter().fold(token, |caller, (name, value)| caller.header(name, value));
    let access = caller.open_session(&code).await;
    let dashboard = access.dashboard().await.expect(200);
    dashboard.body["session"]["ip_address"].as_str().unwrap().to_owned()
}

/// Threats: a33.
#[tokio::test]
async fn client_cannot_choose_its_address() {
    let headers =
        [("x-forwarded-for", "203.0.113.7"), ("forwarded", "for=203.0.113.8"), ("x-real-ip", "203.0.113.9")];
    let server = Server::dev().await;
    assert_eq!(seen_address(&server, &Person::ada(), &headers).await, "127.0.0.1");
    let behind = Launch::dev()
        .variable("COUNTERSIGN__SERVER__TRUSTED_PROXIES", "127.0.0.1/32, 10.0.0.0/8")
        .start()
        .await;
    assert_eq!(seen_address(&behind, &Person::other(1), &headers).await, "203.0.113.7");
    // The right-most address that is not a proxy counts. The client may have forged those to its left.
    let chain = [("x-forwarded-for", "198.51.100.1, 203.0.113.7, 10.1.2.3")];
    assert_eq!(seen_address(&behind, &Person::other(2), &chain).await, "203.0.113.7");
    let garbage = [("x-forwarded-for", "203.0.113.7, unknown")];
    assert_eq!(seen_address(&behind, &Person::other(3), &garbage).await, "127.0.0.1");
}

/// Forwarding headers of a client appear in no link, header or name.
/// Threats: b37.
#[tokio::test]
async fn forged_host_appears_in_no_answer() {
    let launch = Launch::dev().variable("COUNTERSIGN__TOKENS__ISSUER", "https://auth.example.com");
    let server = launch.behind_a_proxy().start().await;
    let ada = Person::ada();
    let names = [
        "host",
        "x-forwarded-host",
        "x_forwarded_host",
        "x-forwarded-proto",
        "x_forwarded_proto",
        "forwarded",
    ];
    let forged = |mut request: reqwest::RequestBuilder| {
        for name in names {
            request =
                request.header(name, if name == "forwarded" { "host=evil.example" } else { "evil.example" });
        }
        request
    };
    let sign_up = server.request(Method::POST, "/v1/users/signup").json(&ada.sign_up_body());
    let log_in = server.request(Method::POST, "/v1/users/login").json(&ada.log_in_body());
    let mut answers = vec![server.send(forged(sign_up)).await.expect(201), server.send(forged(log_in)).await];
    assert_eq!(answers[0].header("location"), "/v1/users/me");
    for path in
        ["/docs", "/.well-known/oauth-authorization-server", "/openapi.json", "/v1/users/me", "/nowhere"]
    {
        answers.push(server.send(forged(server.request(Method::GET, path))).await);
    }
    for answer in &answers {
        let all = format!("{:?} {}", answer.headers, answer.text);
        assert!(!all.contains("evil"), "{all}");
    }
    let issuer = &claims(&answers[1].text_of("password_ok_token"))["iss"];
    assert_eq!(issuer, "https://auth.example.com");
}
