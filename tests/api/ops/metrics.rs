//! Metrics: each one moves with its event, and none holds personal data.

use std::collections::BTreeSet;

use regex::Regex;
use reqwest::Method;
use serde_json::{Value, json};

use crate::harness::{
    Launch, Metrics, Person, Receiver, Server, TempDir, at_once, rejected_command, wrong_code,
};

fn scraped() -> Launch {
    Launch::dev().variable("COUNTERSIGN__METRICS__LISTEN", "127.0.0.1:0")
}

fn text_of(path: &str) -> String {
    std::fs::read_to_string(format!("{}/{path}", env!("CARGO_MANIFEST_DIR"))).unwrap()
}

/// Provokes a bit of everything, and returns the tokens and the code.
async fn flow(server: &Server, ada: &Person) -> Vec<String> {
    let wrong = ada.with_password("incorrect horse");
    server.sign_up(ada).await;
    server.guest().log_in(&wrong).await.expect(401);
    server.guest().log_in(&Person::other(7)).await.expect(401);
    let token = server.log_in(ada).await;
    let code = server.code(&ada.phone_number).await;
    token.verify(&wrong_code(&code)).await.expect(422);
    let access = token.open_session(&code).await;
    for _ in 0..3 {
        access.me().await.expect(200);
    }
    server.get(&format!("/v1/{}/{}", ada.email, access.token())).await.expect(404);
    server.request(Method::from_bytes(b"BREW").unwrap(), "/v1/users/me").send().await.unwrap();
    access.log_out().await.expect(204);
    vec![token.token().to_owned(), access.token().to_owned(), access.refresh_token, code]
}

#[tokio::test]
async fn each_metric_moves_with_its_event() {
    let receiver = Receiver::start().await;
    let ada = Person::ada();
    receiver.answer(&["500 Internal Server Error"]);
    let server = receiver.configure(scraped()).start().await;
    let before = server.metrics().await;
    assert_eq!(before.sum("countersign_http_requests_total"), 0.0, "{}", before.text);
    // The series starts at zero. Prometheus sees no increase if a series starts with its first event.
    for result in ["success", "wrong_password"] {
        let line = format!("countersign_log_ins_total{{result=\"{result}\"}} 0\n");
        assert!(before.text.contains(&line), "{}", before.text);
    }
    assert!(before.text.contains("countersign_webhook_deliveries_total{outcome=\"given_up\"} 0\n"));
    flow(&server, &ada).await;
    // Sign-up, two wrong passwords, a log-in, a wrong code and a right one.
    server.database.eventually("SELECT count(*) FROM webhook_outbox WHERE delivered_at IS NOT NULL", 6).await;
    let figures = server.metrics().await;
    for (what, expected) in [
        (r#"countersign_http_requests_total{method="GET",route="/v1/users/me",status="200"}"#, 3.0),
        (r#"countersign_http_requests_total{method="POST",route="/v1/users/login",status="401"}"#, 2.0),
        (r#"countersign_http_requests_total{route="none",status="404"}"#, 1.0),
        (r#"countersign_http_requests_total{method="other"}"#, 1.0),
        (r#"countersign_http_request_duration_seconds_count{method="GET",route="/v1/users/me"}"#, 3.0),
        (r#"countersign_security_events_total{event="user_created",reason=""}"#, 1.0),
        (r#"countersign_security_events_total{event="authn_login_fail"}"#, 3.0),
        (r#"countersign_log_ins_total{result="code_sent"}"#, 1.0),
        (r#"countersign_log_ins_total{result="wrong_password"}"#, 1.0),
        (r#"countersign_log_ins_total{result="unknown_email"}"#, 1.0),
        (r#"countersign_log_ins_total{result="incorrect_code"}"#, 1.0),
        (r#"countersign_log_ins_total{result="success"}"#, 1.0),
        (r#"countersign_codes_sent_total{channel="sms",country="US"}"#, 1.0),
        (r#"countersign_codes_verified_total{channel="sms",country="US"}"#, 1.0),
        (r#"countersign_twilio_calls_total{operation="start"}"#, 1.0),
        (r#"countersign_twilio_calls_total{operation="check",outcome="approved"}"#, 1.0),
        (r#"countersign_twilio_calls_total{operation="check",outcome="wrong"}"#, 1.0),
        (r#"countersign_twilio_call_duration_seconds_count{operation="check"}"#, 2.0),
        (r#"countersign_twilio_circuit_open"#, 0.0),
        (r#"countersign_hashing_waiting"#, 0.0),
        (r#"countersign_webhook_deliveries_total{outcome="failed"}"#, 1.0),
        (r#"countersign_build_info"#, 1.0),
    ] {
        assert_eq!(figures.sum(what), expected, "{what}: {}", figures.text);
    }
    assert!(figures.sum("countersign_hashing_wait_seconds_count") >= 4.0);
    assert!(figures.sum("countersign_webhook_deliveries_total{outcome=\"delivered\"}") >= 6.0);
    let took = figures.sum(r#"countersign_http_request_duration_seconds_sum{route="/v1/users/login"}"#);
    assert!(took > 0.001 && took < 60.0, "{took}");
    let pool = figures.sum("countersign_database_pool_connections");
    assert_eq!(pool > 0.0, server.database.is_postgres(), "{pool}");
    server.inject_fault(json!({ "operation": "start", "fault": "status", "status": 503 })).await;
    server.guest().log_in(&ada).await.expect(503);
    let failed = server.metrics().await;
    assert_eq!(failed.sum(r#"countersign_twilio_calls_total{operation="start",outcome="unavailable"}"#), 1.0);
    assert_eq!(failed.sum("countersign_codes_sent_total"), 1.0);
}

#[tokio::test]
async fn full_hashing_queue_is_counted() {
    let launch = scraped().variable("COUNTERSIGN__PASSWORDS__QUEUE", "1");
    let server = launch.variable("COUNTERSIGN__PASSWORDS__THREADS", "1").start().await;
    let people: Vec<Person> = (0..30).map(Person::other).collect();
    let answers = at_once(people.iter().map(|person| server.guest().sign_up(person))).await;
    let refused = answers.iter().filter(|answer| answer.status == 503).count();
    assert!(refused > 0, "{answers:?}");
    let figures = server.metrics().await;
    assert_eq!(figures.sum("countersign_hashing_refused_total"), refused as f64);
    assert_eq!(figures.sum("countersign_hashing_waiting"), 0.0);
}

/// Threats: a62.
#[tokio::test]
async fn metrics_hold_no_personal_data_and_labels_are_bounded() {
    let server = scraped().start().await;
    let ada = Person { username: "countess".into(), ..Person::ada() };
    let mut secrets = flow(&server, &ada).await;
    secrets.extend([
        ada.email.clone(),
        ada.phone_number[1..].to_owned(),
        ada.name.clone(),
        ada.username.clone(),
    ]);
    secrets.extend([ada.password.clone(), "example.com".into(), "0123".into(), "127.0.0.1".into()]);
    let before = server.metrics().await;
    // Without the values: the digits of a code can be digits of a measured time.
    let names = |line: &str| match line.rsplit_once(' ') {
        Some((names, _)) if !line.starts_with('#') => format!("{names}\n"),
        _ => format!("{line}\n"),
    };
    let named: String = before.text.lines().map(names).collect();
    for secret in &secrets {
        assert!(!named.contains(secret.as_str()), "{secret}: {named}");
    }
    let uuid = Regex::new("[0-9a-f]{8}-[0-9a-f]{4}").unwrap();
    assert!(!uuid.is_match(&before.text), "{}", before.text);
    // Requests of strangers create no new series.
    for number in 0..20 {
        server.get(&format!("/nowhere/{number}")).await.expect(404);
        let method = Method::from_bytes(format!("BREW{number}").as_bytes()).unwrap();
        server.request(method, "/v1/users/login").send().await.unwrap();
        server.guest().log_in(&ada.with_email(&format!("eve{number}@example.com"))).await.expect(401);
    }
    let after = server.metrics().await;
    let of = |figures: &Metrics| {
        ["route", "method", "country", "event"].map(|label| figures.values_of(label).len())
    };
    assert_eq!(of(&before), of(&after), "{}", after.text);
}

/// Threats: a70.
#[tokio::test]
async fn metrics_listener_serves_only_metrics() {
    let server = scraped().start().await;
    let listener = server.process.address("metrics");
    assert_ne!(listener, server.api);
    for path in ["/", "/v1/users/me", "/health/live", "/metrics/x"] {
        assert_eq!(
            server.http.get(format!("{listener}{path}")).send().await.unwrap().status(),
            404,
            "{path}"
        );
    }
    server.get("/metrics").await.expect(404);
    let off = Server::dev().await;
    assert!(!off.process.ready.contains("metrics="), "{}", off.process.ready);
    let address = listener.trim_start_matches("http://");
    let message =
        Launch::dev().variable("COUNTERSIGN__METRICS__LISTEN", address).try_start().await.err().unwrap();
    assert!(message.contains("metrics.listen"), "{message}");
    let message = rejected_command(&TempDir::new(), "dev", &[("COUNTERSIGN__METRICS__LISTEN", "everywhere")]);
    assert!(message.contains("everywhere"), "{message}");
}

#[tokio::test]
async fn document_and_dashboard_name_every_metric() {
    let server = scraped().start().await;
    let access = server.full_access(&Person::ada()).await;
    access.me().await.expect(200);
    let figures = server.metrics().await;
    let families: BTreeSet<&str> = figures.families.keys().map(String::as_str).collect();
    let document = text_of("docs/operations.md");
    let row = Regex::new(r"(?m)^\| `(countersign_[a-z_]+)` \|").unwrap();
    let listed: BTreeSet<&str> = row.captures_iter(&document).map(|row| row.extract::<1>().1[0]).collect();
    assert_eq!(listed, families);

    let dashboard: Value = serde_json::from_str(&text_of("docs/grafana/countersign.json")).unwrap();
    let panels = dashboard["panels"].as_array().unwrap();
    let queries: Vec<&str> = panels
        .iter()
        .flat_map(|panel| panel["targets"].as_array().into_iter().flatten())
        .map(|target| target["expr"].as_str().unwrap())
        .collect();
    assert!(queries.len() >= 10, "{queries:?}");
    let name = Regex::new(r"countersign_[a-z_]+").unwrap();
    let label = Regex::new(r"by \(([a-z, ]+)\)").unwrap();
    let mut shown = BTreeSet::new();
    for query in &queries {
        let names: Vec<&str> = name.find_iter(query).map(|found| found.as_str()).collect();
        assert!(!names.is_empty(), "{query}");
        for name in names {
            let histogram = ["_bucket", "_sum", "_count"].iter().find_map(|end| name.strip_suffix(end));
            let family = histogram
                .filter(|family| figures.families.get(*family).is_some_and(|kind| kind == "histogram"));
            let family = family.unwrap_or(name);
            assert!(families.contains(family), "{query} names no metric");
            shown.insert(family);
            let labels = label.captures_iter(query).flat_map(|by| by.extract::<1>().1[0].split(", "));
            let known = figures.labels_of(family);
            for label in labels.filter(|_| !known.is_empty()) {
                assert!(known.contains(&label), "{query}: {family} has no label {label}, but {known:?}");
            }
        }
    }
    let unseen: Vec<_> =
        families.difference(&shown).filter(|name| **name != "countersign_build_info").collect();
    assert!(unseen.is_empty(), "missing on the dashboard: {unseen:?}");
}
