//! Traces: where a request spends its time, without personal data.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use serde_json::json;

use crate::harness::{Collector, Launch, Person, Server, Span, TempDir, rejected_command};

const TRACE: &str = "0af7651916cd43dd8448eb211c80319c";
const CALLER: &str = "b7ad6b7169203331";

fn traced(collector: &Collector) -> Launch {
    Launch::dev().variable("COUNTERSIGN__TELEMETRY__OTLP_ENDPOINT", &collector.url)
}

/// Stops a server, which then sends its remaining spans.
fn end(server: &mut Server) -> String {
    server.process.signal("TERM");
    let (code, log) = server.process.wait();
    assert_eq!(code, Some(0), "{log}");
    log
}

fn named<'a>(spans: &'a [Span], name: &str) -> Vec<&'a Span> {
    spans.iter().filter(|span| span.name == name).collect()
}

// One thread waits for the server to stop, and another one runs the collector.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn log_in_continues_the_trace_of_its_caller() {
    let collector = Collector::start().await;
    let ada = Person::ada();
    let mut server = traced(&collector).start().await;
    server.sign_up(&ada).await;
    let caller = server.guest().header("traceparent", format!("00-{TRACE}-{CALLER}-01"));
    caller.header("x-request-id", "abc-1").log_in(&ada).await.expect(200);
    let log = end(&mut server);
    let spans = collector.spans();
    assert!(spans.iter().all(|span| span.service == "countersign"));
    eprintln!("{spans:#?}");
    let log_in = named(&spans, "POST /v1/users/login")[0];
    assert_eq!((log_in.trace_id.as_str(), log_in.parent_id.as_str()), (TRACE, CALLER));
    for (attribute, value) in [
        ("http.request.method", "POST"),
        ("http.route", "/v1/users/login"),
        ("http.response.status_code", "200"),
        ("request_id", "abc-1"),
    ] {
        assert_eq!(log_in.attributes[attribute], value, "{log_in:?}");
    }
    let of_log_in: Vec<Span> = spans.iter().filter(|span| span.trace_id == TRACE).cloned().collect();
    let names: BTreeSet<&str> = of_log_in.iter().map(|span| span.name.as_str()).collect();
    let expected = ["POST /v1/users/login", "hashing", "twilio", "database read", "database write"];
    assert_eq!(names, BTreeSet::from(expected));
    for span in of_log_in.iter().filter(|span| span.name != "POST /v1/users/login") {
        assert_eq!(span.parent_id, log_in.id, "{span:?}");
    }
    assert_eq!(named(&of_log_in, "twilio")[0].attributes["operation"], "start");
    // A request without a `traceparent` starts a new trace.
    let sign_up = named(&spans, "POST /v1/users/signup")[0];
    assert!(sign_up.trace_id != TRACE && sign_up.parent_id.is_empty(), "{sign_up:?}");
    // The log is the same as without traces.
    let line = log.lines().find(|line| line.contains("answered") && line.contains("login")).unwrap();
    assert!(line.contains("request{request_id=abc-1}: answered method=POST"), "{line}");
}

// One thread waits for the server to stop, and another one runs the collector.
/// Threats: a62.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn traces_hold_no_personal_data_and_report_failures() {
    let collector = Collector::start().await;
    let ada = Person { username: "countess".into(), ..Person::ada() };
    let mut server = traced(&collector).variable("COUNTERSIGN__LOG__LEVEL", "trace").start().await;
    let access = server.full_access(&ada).await.token().to_owned();
    server.get(&format!("/v1/{}/{access}", ada.email)).await.expect(404);
    server.guest().log_in(&ada.with_password("incorrect horse")).await.expect(401);
    server.inject_fault(json!({ "operation": "start", "fault": "status", "status": 503 })).await;
    server.guest().log_in(&ada).await.expect(503);
    server.guest().header("traceparent", "00-garbage-01").as_access().me().await.expect(401);
    end(&mut server);
    let bytes: String = collector.bytes().into_iter().map(char::from).collect();
    assert!(bytes.contains("/v1/users/login"));
    for secret in [&ada.email, &ada.phone_number, &ada.name, &ada.username, &ada.password, &access] {
        assert!(!bytes.contains(secret.as_str()), "{secret}");
    }
    assert!(!bytes.contains("127.0.0.1") && !bytes.contains("incorrect"));
    let spans = collector.spans();
    let failed: Vec<&str> = spans.iter().filter(|span| span.failed).map(|span| span.name.as_str()).collect();
    assert_eq!(failed, ["POST /v1/users/login"]);
    assert_eq!(named(&spans, "GET none")[0].attributes["http.response.status_code"], "404");
}

#[tokio::test]
async fn traces_are_off_by_default_and_a_dead_collector_delays_nothing() {
    let mut server = Server::dev().await;
    server.sign_up(&Person::ada()).await;
    end(&mut server);
    let gone = Launch::dev().variable("COUNTERSIGN__TELEMETRY__OTLP_ENDPOINT", "http://127.0.0.1:9");
    let mut server = gone.start().await;
    let began = Instant::now();
    server.full_access(&Person::ada()).await;
    end(&mut server);
    assert!(began.elapsed() < Duration::from_secs(10), "{:?}", began.elapsed());
    for wrong in ["collector:4318", "ftp://collector", "http://", "http://collector:4318/v1/traces"] {
        let message =
            rejected_command(&TempDir::new(), "dev", &[("COUNTERSIGN__TELEMETRY__OTLP_ENDPOINT", wrong)]);
        assert!(message.contains("telemetry.otlp_endpoint"), "{wrong}: {message}");
    }
}
