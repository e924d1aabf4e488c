//! Log lines of parallel requests are complete and written once.

use std::collections::BTreeMap;

use reqwest::Method;
use serde_json::Value;

use crate::harness::{Launch, Person, at_once};

/// Lines of parallel requests are written in batches: none is torn, lost or repeated. Lines that are written
/// at once, such as those of the audit log, tear no other line.
/// Threats: a64.
#[tokio::test]
async fn parallel_requests_have_one_whole_line_each() {
    const REQUESTS: usize = 300;
    let mut server = Launch::dev().variable("COUNTERSIGN__LOG__FORMAT", "json").start().await;
    let requests = (0..REQUESTS).map(|number| {
        let request = match number % 20 {
            0 => server
                .request(Method::POST, "/v1/users/login")
                .json(&Person::other(number as u32).log_in_body()),
            _ => server.request(Method::GET, "/health/live"),
        };
        server.send(request.header("x-request-id", format!("number-{number}")))
    });
    at_once(requests).await;
    server.process.signal("TERM");
    let log = server.process.wait().1;
    let mut lines: BTreeMap<String, usize> = BTreeMap::new();
    for line in log.lines() {
        let line: Value = serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"));
        let message = line["message"].as_str().unwrap().to_owned();
        if let Some(id) = line["span"]["request_id"].as_str() {
            *lines.entry(format!("{message} {id}")).or_default() += 1;
        }
    }
    for number in 0..REQUESTS {
        assert_eq!(lines.get(&format!("answered number-{number}")), Some(&1), "{number}");
    }
    assert_eq!(lines.keys().filter(|line| line.starts_with("audit")).count(), REQUESTS / 20);
}
