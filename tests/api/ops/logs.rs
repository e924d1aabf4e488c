//! The log: it has every request, no secret, and the request id on every line.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE};
use regex::Regex;
use reqwest::Method;
use serde_json::{Value, json};
use twilio_verify_sandbox::ACCOUNT_SID;

use crate::harness::{Fault, Forge, Launch, Operation, Person, Raw, Server, Twilio, wrong_code};

/// Secrets that must not appear in a log, each with a name for the error message.
#[derive(Default)]
struct Secrets(Vec<(String, String)>);

impl Secrets {
    fn keep(&mut self, what: &str, secret: &str) {
        self.0.push((what.to_owned(), secret.to_owned()));
    }

    /// Fails if the log holds a secret, plain or encoded.
    fn assert_absent_from(&self, log: &str) {
        for (what, secret) in &self.0 {
            for form in forms(secret) {
                // A code has six digits, like the fraction of a time or a part of an identifier.
                let whole = Regex::new(&format!("(^|[^0-9A-Za-z.]){}([^0-9A-Za-z]|$)", regex::escape(&form)))
                    .unwrap();
                let found = if what.contains("code") { whole.is_match(log) } else { log.contains(&form) };
                assert!(!found, "{what} is in the log as {form}:\n{log}");
            }
        }
    }
}

/// The encodings of a text: URL, form, JSON, base64 at any offset, and hexadecimal.
fn forms(secret: &str) -> Vec<String> {
    // Encoders differ in which punctuation they escape: all of it, or all except RFC 3986, section 2.3.
    let percent = |kept: &str| -> String {
        let encode = |character: char| {
            if character.is_ascii_alphanumeric() || kept.contains(character) {
                character.to_string()
            } else {
                character.to_string().bytes().map(|byte| format!("%{byte:02X}")).collect()
            }
        };
        secret.chars().map(encode).collect()
    };
    let json = Value::from(secret).to_string();
    let mut forms = vec![secret.to_owned(), json[1..json.len() - 1].to_owned()];
    for encoded in [percent(""), percent("-._~")] {
        forms.extend([encoded.replace("%20", "+"), encoded]);
    }
    forms.push(secret.bytes().map(|byte| format!("{byte:02x}")).collect());
    for before in 0..3 {
        let bytes = [&vec![b'x'; before], secret.as_bytes()].concat();
        for engine in [STANDARD, URL_SAFE] {
            // The first and the last characters depend on the neighbouring bytes.
            let text = engine.encode(&bytes);
            let start = if before == 0 { 0 } else { 4 };
            let end = text.len().saturating_sub(4);
            forms.extend(text.get(start..end).filter(|part| part.len() >= 6).map(str::to_owned));
        }
    }
    forms
}

/// Runs the whole flow with everything that can go wrong, and collects the secrets.
async fn flow(server: &Server, secrets: &mut Secrets) {
    let ada = Person::ada().with_email("Ada.Lovelace@canary.example");
    secrets.keep("the password", &ada.password);
    secrets.keep("a wrong password", "a wrong canary password");
    for email in [&ada.email, &ada.email.to_lowercase()] {
        secrets.keep("the email address", email);
    }
    for number in [&ada.phone_number, &ada.phone_number[1..], "201 555 0123", "2015550123"] {
        secrets.keep("the phone number", number);
    }
    server.sign_up(&ada).await;
    server.guest().sign_up(&ada).await.expect_problem(409, "user_exists");
    let wrong = ada.with_password("a wrong canary password");
    server.guest().log_in(&wrong).await.expect_problem(401, "invalid_credentials");
    let token = server.log_in(&ada).await;
    secrets.keep("the password-ok token", token.token());
    let code = server.code(&ada.phone_number).await;
    secrets.keep("the code", &code);
    secrets.keep("a wrong code", &wrong_code(&code));
    server.advance(31).await;
    token.resend().await.expect(202);
    token.verify(&wrong_code(&code)).await.expect_problem(422, "incorrect_code");
    let session = token.open_session(&code).await;
    let access = session.token();
    secrets.keep("the access token", access);
    secrets.keep("the refresh token", &session.refresh_token);
    for part in [token.token(), access].into_iter().flat_map(|token| token.split('.').skip(1)) {
        secrets.keep("a token's part", part);
    }
    session.me().await.expect(200);
    session.dashboard().await.expect(200);
    // Secrets in unexpected places.
    server.get(&format!("/v1/users/me?access_token={access}")).await.expect(401);
    server.get(&format!("/{access}/{}", ada.email)).await.expect(404);
    let lost = server.request(Method::POST, "/v1/users/login").header("content-type", "application/json");
    server.send(lost.body(format!("{{\"password\":\"{}", ada.password))).await.expect(400);
    server.with_access(&format!("{access}x")).me().await.expect(401);
    session.log_out().await.expect(204);
    session.me().await.expect(401);
}

/// The lines between start and stop.
fn lines_of_requests(log: &str) -> Vec<&str> {
    let others = ["migrated the database", "limits", "stopping"];
    log.lines().filter(|line| !others.iter().any(|other| line.contains(other))).collect()
}

fn is_request_id(text: &str) -> bool {
    text.len() == 32 && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

async fn logged(format: &str) -> String {
    let launch = Forge::launch()
        .variable("COUNTERSIGN__LOG__LEVEL", "trace")
        .variable("COUNTERSIGN__LOG__FORMAT", format);
    let mut server = launch.start().await;
    let mut secrets = Secrets::default();
    secrets.keep("the deployment's secret", Forge::SECRET);
    flow(&server, &mut secrets).await;
    // Other users of the machine can read the command line (`proc_pid_cmdline(5)`).
    let line = std::fs::read(format!("/proc/{}/cmdline", server.process.id())).unwrap_or_default();
    secrets.assert_absent_from(&String::from_utf8_lossy(&line));
    server.process.signal("TERM");
    let (code, log) = server.process.wait();
    assert_eq!(code, Some(0), "{log}");
    secrets.assert_absent_from(&log);
    log
}

/// Threats: a62, b39.
#[tokio::test]
async fn text_log_has_no_secret_and_names_the_request() {
    let log = logged("text").await;
    assert!(!log.contains('\u{1b}'), "no colours without a terminal");
    let request = Regex::new(r"request\{request_id=([0-9a-f]{32})\}").unwrap();
    let mut answered = 0;
    let mut twilio = 0;
    for line in lines_of_requests(&log) {
        // The sandbox is a separate server and has no request id of the API.
        if line.contains("sandbox answered") {
            continue;
        }
        assert!(request.is_match(line), "{line}");
        answered += usize::from(line.contains("answered"));
        twilio += usize::from(line.contains("Twilio Verify"));
    }
    assert!(answered >= 15 && twilio >= 4, "{log}");
}

/// Threats: a62, b39.
#[tokio::test]
async fn json_log_has_no_secret_and_the_same_content() {
    let log = logged("json").await;
    let mut ids = std::collections::BTreeSet::new();
    let mut statuses = Vec::new();
    for line in lines_of_requests(&log) {
        let line: Value = serde_json::from_str(line).unwrap_or_else(|_| panic!("{line}"));
        let timestamp = line["timestamp"].as_str().unwrap();
        assert!(
            timestamp.ends_with('Z') && chrono::DateTime::parse_from_rfc3339(timestamp).is_ok(),
            "{line}"
        );
        assert!(
            ["TRACE", "DEBUG", "INFO", "WARN", "ERROR"].contains(&line["level"].as_str().unwrap()),
            "{line}"
        );
        assert!(!line["message"].as_str().unwrap().is_empty(), "{line}");
        let target = line["target"].as_str().unwrap();
        let own = ["countersign", "storage", "twilio_verify", "twilio_verify_sandbox", "audit"];
        let top = target.split("::").next().unwrap();
        assert!(own.contains(&top), "a library logs: {line}");
        if target.starts_with("twilio_verify_sandbox") {
            continue;
        }
        let id = line["span"]["request_id"].as_str().unwrap_or_default();
        assert!(is_request_id(id), "{line}");
        if line["message"] == "answered" {
            assert!(ids.insert(id.to_owned()), "an answer has two lines: {line}");
            assert!(line["duration_ms"].is_u64() && line["method"].is_string(), "{line}");
            statuses.push((line["route"].as_str().unwrap().to_owned(), line["status"].as_u64().unwrap()));
        } else {
            assert!(!ids.contains(id), "a line after the answer of its request: {line}");
        }
    }
    for answer in
        [("/v1/users/login", 401), ("/v1/users/verify", 422), ("/v1/users/logout", 204), ("none", 404)]
    {
        assert!(statuses.contains(&(answer.0.to_owned(), answer.1)), "{answer:?}: {statuses:?}");
    }
}

/// Threats: a62, b39.
#[tokio::test]
async fn failures_of_twilio_are_logged_without_its_token() {
    let auth_token = "canary-of-an-auth-token-0123456789";
    let twilio = Twilio::start().await;
    let ada = Person::ada();
    let launch = twilio.launch().variable("TWILIO_AUTH_TOKEN", auth_token);
    let mut server = launch.variable("COUNTERSIGN__LOG__LEVEL", "trace").start().await;
    server.sign_up(&ada).await;
    let about_the_number = json!({ "code": 60200, "message": format!("Invalid parameter To: {}", ada.phone_number), "status": 400 });
    for fault in [
        Fault::error(401, 20003),
        Fault::answer(400, &about_the_number.to_string()),
        Fault::answer(200, &format!("not JSON, and {}", ada.phone_number)),
        Fault::dropped(),
    ] {
        twilio.inject_fault(Operation::Start, fault);
        let answer = server.guest().log_in(&ada).await;
        assert!([422, 503].contains(&answer.status), "{}", answer.text);
    }
    // The sandbox rejects this token, like Twilio rejects a wrong one.
    server.guest().log_in(&ada).await.expect_problem(503, "otp_unavailable");
    server.process.signal("TERM");
    let log = server.process.wait().1;
    assert!(log.contains("20003"), "the cause is in the log: {log}");
    let mut secrets = Secrets::default();
    secrets.keep("the auth token", auth_token);
    secrets.keep("the credentials", &format!("{ACCOUNT_SID}:{auth_token}"));
    secrets.keep("the phone number", &ada.phone_number);
    secrets.keep("the phone number", &ada.phone_number[1..]);
    secrets.assert_absent_from(&log);
}

#[tokio::test]
async fn level_decides_what_is_logged() {
    let server = Launch::dev().variable("COUNTERSIGN__LOG__LEVEL", "error").start().await;
    server.get("/nowhere").await.expect(404);
    assert_eq!(server.process.log(), "");
}

#[test]
fn search_finds_encoded_secrets() {
    let mut secrets = Secrets::default();
    secrets.keep("a secret", "correct horse battery staple");
    secrets.keep("a code", "123456");
    secrets.keep("an address", "ada.lovelace@example.com");
    let found = |log: &str| std::panic::catch_unwind(|| secrets.assert_absent_from(log)).is_err();
    for log in [
        "password=correct horse battery staple",
        "?password=correct+horse+battery+staple",
        "?password=correct%20horse%20battery%20staple",
        &format!("Basic {}", STANDARD.encode("user:correct horse battery staple")),
        &format!("Basic {}", STANDARD.encode("ab:correct horse battery staple;")),
        "?email=ada.lovelace%40example.com",
        "?email=ada%2Elovelace%40example%2Ecom",
        "code=123456",
        "{\"code\":\"123456\"}",
        "&Code=123456",
    ] {
        assert!(found(log), "{log}");
    }
    for log in ["", "2026-11-23T05:04:16.123456Z INFO", "request_id=ab123456cd", "correct horse"] {
        assert!(!found(log), "{log}");
    }
}

/// A client can write neither a log line of its own nor a control sequence for a terminal.
/// Threats: a64, b48.
#[tokio::test]
async fn clients_cannot_forge_log_lines() {
    let forged = "x\" {\"target\":\"audit\",\"event\":\"forged\"}\u{2028}audit event=\"forged\"";
    for format in ["text", "json"] {
        let launch = Launch::dev().variable("COUNTERSIGN__LOG__LEVEL", "trace");
        let mut server = launch.variable("COUNTERSIGN__LOG__FORMAT", format).start().await;
        server.guest().header("user-agent", forged).sign_up(&Person::ada()).await.expect(201);
        server.get("/%0a%1b[31m{\"event\":\"forged\"}").await.expect(404);
        for bytes in ["\u{1b}[31m", "a\rb", "a\nb", "\u{85}", "\0"] {
            for name in ["User-Agent", "X-Request-Id", "X-Forwarded-For", "traceparent"] {
                let head = "GET /v1/users/me HTTP/1.1\r\nHost: a\r\nConnection: close\r\n";
                Raw::exchange(&server, format!("{head}{name}: {bytes}audit event=\"forged\"\r\n\r\n")).await;
            }
        }
        server.process.signal("TERM");
        let log = server.process.wait().1;
        assert!(
            log.contains("user_created") && !log.contains(['\u{1b}', '\u{85}', '\u{2028}', '\0', '\r']),
            "{log}"
        );
        for line in log.lines() {
            assert!(!line.contains("audit event=\"forged\""), "{line}");
            match serde_json::from_str::<Value>(line) {
                Ok(line) => assert_ne!(line["event"], "forged", "{line}"),
                Err(_) => assert!(format == "text" && line.starts_with("20"), "{line}"),
            }
        }
    }
}
