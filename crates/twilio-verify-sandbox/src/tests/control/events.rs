//! Server-sent events and the page.

use reqwest::header::ACCEPT;
use serde_json::{Value, json};

use crate::tests::*;

/// A client that reads the event stream.
struct Listener {
    response: Response,
    text: String,
}

/// A server-sent event.
#[derive(Debug)]
struct Event {
    name: String,
    id: String,
    data: Value,
}

impl Listener {
    async fn connect(sandbox: &Sandbox, query: &str, last_id: Option<&str>) -> Self {
        let mut request = sandbox.client.get(sandbox.url(&format!("/sandbox/events{query}")));
        if let Some(id) = last_id {
            request = request.header("last-event-id", id);
        }
        let response = request.send().await.unwrap();
        assert_eq!(response.status(), 200);
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        assert_eq!(response.headers()["countersign-mode"], "dev");
        Self { response, text: String::new() }
    }

    /// Returns the next event and skips comments.
    async fn next(&mut self) -> Event {
        loop {
            if let Some((event, rest)) = self.text.split_once("\n\n") {
                let field = |name: &str| {
                    let line = event.lines().find_map(|line| line.strip_prefix(name));
                    line.unwrap_or_default().to_owned()
                };
                let name = field("event: ");
                let id = field("id: ");
                let data = field("data: ");
                self.text = rest.to_owned();
                if !name.is_empty() {
                    return Event { name, id, data: serde_json::from_str(&data).unwrap() };
                }
                continue;
            }
            let chunk = self.response.chunk().await.unwrap().expect("the stream goes on");
            self.text.push_str(std::str::from_utf8(&chunk).unwrap());
        }
    }

    async fn expect_event(&mut self, name: &str) -> Event {
        let event = self.next().await;
        assert_eq!(event.name, name, "{event:?}");
        event
    }

    /// Connects and reads the events that every listener receives first.
    async fn connect_fresh(sandbox: &Sandbox, query: &str) -> Self {
        let mut listener = Self::connect(sandbox, query, None).await;
        listener.expect_event("all").await;
        assert_eq!(listener.expect_event("clock").await.data["offset_seconds"], 0);
        assert_eq!(listener.expect_event("faults").await.data, json!({ "faults": [] }));
        listener
    }
}

#[tokio::test]
async fn a_message_event_equals_the_message_in_the_list() {
    let sandbox = Sandbox::start();
    let mut listener = Listener::connect_fresh(&sandbox, "").await;
    sandbox.start_sms().await;
    let event = listener.expect_event("message").await;
    assert_eq!(event.data, sandbox.get("/sandbox/messages").await.json()["messages"][0]);
    assert!(event.id.ends_with(":1"), "{}", event.id);
}

#[tokio::test]
async fn a_reconnecting_listener_misses_no_message() {
    let sandbox = Sandbox::start();
    sandbox.start_sms().await;
    sandbox.start_sms().await;
    let mut listener = Listener::connect(&sandbox, "", None).await;
    listener.expect_event("all").await;
    let first = listener.expect_event("message").await;
    assert_eq!(first.data["id"], "1");
    assert_eq!(listener.expect_event("message").await.data["id"], "2");
    drop(listener);
    sandbox.start_sms().await;
    let mut reconnected = Listener::connect(&sandbox, "", Some(&first.id)).await;
    assert_eq!(reconnected.expect_event("message").await.data["id"], "2");
    assert_eq!(reconnected.expect_event("message").await.data["id"], "3");
    // An id from before a restart is unknown, so everything is sent again.
    let mut restarted = Listener::connect(&sandbox, "", Some("0123:2")).await;
    restarted.expect_event("all").await;
    assert_eq!(restarted.expect_event("message").await.data["id"], "1");
    // The listener missed a deletion, so everything is sent again.
    sandbox.send(Method::DELETE, "/sandbox/messages").await;
    Listener::connect(&sandbox, "", Some(&first.id)).await.expect_event("all").await;
}

#[tokio::test]
async fn a_listener_receives_the_messages_it_filters_for() {
    let sandbox = Sandbox::start();
    let mut listener = Listener::connect_fresh(&sandbox, "?to=%2B12025550100").await;
    sandbox.start_sms().await;
    sandbox.service_post("/Verifications", &[("To", "+12025550100"), ("Channel", "call")]).await;
    assert_eq!(listener.expect_event("message").await.data["to"], "+12025550100");
    for query in ["?account=AC1", "?too=%2B1"] {
        assert_eq!(sandbox.get(&format!("/sandbox/events{query}")).await.error().0, 422, "{query}");
    }
}

#[tokio::test]
async fn clock_changes_faults_and_deletions_are_events() {
    let sandbox = Sandbox::start();
    let mut listener = Listener::connect_fresh(&sandbox, "").await;
    sandbox.post_json("/sandbox/clock", r#"{"advance_seconds":600}"#).await;
    assert_eq!(listener.expect_event("clock").await.data["offset_seconds"], 600);
    let fault = r#"{"operation":"start","fault":"status","status":503}"#;
    sandbox.post_json("/sandbox/faults", fault).await;
    assert_eq!(listener.expect_event("faults").await.data["faults"][0]["hits"], 0);
    assert_eq!(sandbox.start_sms().await.status, 503);
    assert_eq!(listener.expect_event("faults").await.data["faults"][0]["hits"], 1);
    sandbox.start_sms().await;
    listener.expect_event("message").await;
    sandbox.send(Method::DELETE, "/sandbox/messages").await;
    listener.expect_event("all").await;
    sandbox.send(Method::POST, "/sandbox/reset").await;
    listener.expect_event("all").await;
    assert_eq!(listener.expect_event("clock").await.data["offset_seconds"], 0);
    assert_eq!(listener.expect_event("faults").await.data, json!({ "faults": [] }));
}

#[tokio::test]
async fn a_delayed_message_is_an_event_when_it_arrives() {
    let sandbox = Sandbox::start();
    let mut listener = Listener::connect_fresh(&sandbox, "").await;
    sandbox.service_post("/Verifications", &[("To", "+12015550180"), ("Channel", "sms")]).await;
    sandbox.post_json("/sandbox/clock", r#"{"advance_seconds":9}"#).await;
    let names = [listener.next().await.name, listener.next().await.name];
    assert!(names.contains(&"message".to_owned()) && names.contains(&"clock".to_owned()), "{names:?}");
}

#[tokio::test]
async fn browsers_get_the_page_and_other_clients_the_text_index() {
    let sandbox = Sandbox::start();
    let front = async |accept: &str| {
        let request = sandbox.client.get(sandbox.url("/")).header(ACCEPT, accept);
        Answer::of(request.send().await.unwrap()).await
    };
    let page = front("text/html,application/xhtml+xml,*/*;q=0.8").await;
    assert_eq!(page.headers["content-type"], "text/html; charset=utf-8");
    let policy = page.headers["content-security-policy"].to_str().unwrap();
    assert!(policy.starts_with("default-src 'none'; script-src 'self';"), "{policy}");
    assert!(!policy.contains("unsafe"), "{policy}");
    // No external resources and nothing inline that the policy blocks.
    for part in ["http://", "https://", "<style", " style=", "onclick"] {
        assert!(!page.text.replace("http://www.w3.org/2000/svg", "").contains(part), "{part}");
    }
    for (path, kind) in [("/sandbox/page.js", "text/javascript"), ("/sandbox/page.css", "text/css")] {
        assert!(page.text.contains(path));
        let file = sandbox.get(path).await;
        assert!(file.headers["content-type"].to_str().unwrap().starts_with(kind), "{path}");
        assert_eq!(file.headers["x-content-type-options"], "nosniff");
        assert!(!file.text.contains("innerHTML"), "{path}");
    }
    let list = front("*/*").await;
    assert!(list.text.contains("GET    /sandbox/events") && !list.text.contains("<html"), "{}", list.text);
}
