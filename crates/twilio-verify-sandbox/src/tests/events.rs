//! Server-sent events, and the page that listens to them.

use reqwest::header::ACCEPT;
use serde_json::{Value, json};

use super::*;

/// A reader of the events.
struct Listener {
    response: Response,
    text: String,
}

/// One event: its name, its id, its data.
#[derive(Debug)]
struct Event {
    name: String,
    id: String,
    data: Value,
}

impl Listener {
    async fn to(sandbox: &Sandbox, query: &str, last_id: Option<&str>) -> Self {
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

    /// The next event; comments are passed over.
    async fn next(&mut self) -> Event {
        loop {
            if let Some((event, rest)) = self.text.split_once("\n\n") {
                let field = |name: &str| {
                    let line = event.lines().find_map(|line| line.strip_prefix(name));
                    line.unwrap_or_default().to_owned()
                };
                let (name, id, data) = (field("event: "), field("id: "), field("data: "));
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

    async fn named(&mut self, name: &str) -> Event {
        let event = self.next().await;
        assert_eq!(event.name, name, "{event:?}");
        event
    }

    /// What every listener hears first.
    async fn begin(sandbox: &Sandbox, query: &str) -> Self {
        let mut listener = Self::to(sandbox, query, None).await;
        listener.named("all").await;
        assert_eq!(listener.named("clock").await.data["offset_seconds"], 0);
        assert_eq!(listener.named("faults").await.data, json!({ "faults": [] }));
        listener
    }
}

#[tokio::test]
async fn a_message_comes_as_it_stands_in_the_list() {
    let sandbox = Sandbox::start();
    let mut listener = Listener::begin(&sandbox, "").await;
    sandbox.start_sms().await;
    let event = listener.named("message").await;
    assert_eq!(event.data, sandbox.get("/sandbox/messages").await.json()["messages"][0]);
    assert!(event.id.ends_with(":1"), "{}", event.id);
}

#[tokio::test]
async fn what_came_before_comes_first_and_a_reader_that_returns_misses_nothing() {
    let sandbox = Sandbox::start();
    sandbox.start_sms().await;
    sandbox.start_sms().await;
    let mut listener = Listener::to(&sandbox, "", None).await;
    listener.named("all").await;
    let first = listener.named("message").await;
    assert_eq!(first.data["id"], "1");
    assert_eq!(listener.named("message").await.data["id"], "2");
    drop(listener);
    sandbox.start_sms().await;
    let mut back = Listener::to(&sandbox, "", Some(&first.id)).await;
    assert_eq!(back.named("message").await.data["id"], "2");
    assert_eq!(back.named("message").await.data["id"], "3");
    // After a restart the numbers are another sandbox's: all is told.
    let mut stranger = Listener::to(&sandbox, "", Some("0123:2")).await;
    stranger.named("all").await;
    assert_eq!(stranger.named("message").await.data["id"], "1");
    // Who was away while messages were forgotten has them still: all is told.
    sandbox.send(Method::DELETE, "/sandbox/messages").await;
    Listener::to(&sandbox, "", Some(&first.id)).await.named("all").await;
}

#[tokio::test]
async fn a_listener_hears_of_what_it_asked_for() {
    let sandbox = Sandbox::start();
    let mut listener = Listener::begin(&sandbox, "?to=%2B12025550100").await;
    sandbox.start_sms().await;
    sandbox.service_post("/Verifications", &[("To", "+12025550100"), ("Channel", "call")]).await;
    assert_eq!(listener.named("message").await.data["to"], "+12025550100");
    for query in ["?account=AC1", "?too=%2B1"] {
        assert_eq!(sandbox.get(&format!("/sandbox/events{query}")).await.error().0, 422, "{query}");
    }
}

#[tokio::test]
async fn the_clock_faults_and_forgetting_are_told() {
    let sandbox = Sandbox::start();
    let mut listener = Listener::begin(&sandbox, "").await;
    sandbox.post_json("/sandbox/clock", r#"{"advance_seconds":600}"#).await;
    assert_eq!(listener.named("clock").await.data["offset_seconds"], 600);
    let fault = r#"{"operation":"start","fault":"status","status":503}"#;
    sandbox.post_json("/sandbox/faults", fault).await;
    assert_eq!(listener.named("faults").await.data["faults"][0]["hits"], 0);
    assert_eq!(sandbox.start_sms().await.status, 503);
    assert_eq!(listener.named("faults").await.data["faults"][0]["hits"], 1);
    sandbox.start_sms().await;
    listener.named("message").await;
    sandbox.send(Method::DELETE, "/sandbox/messages").await;
    listener.named("all").await;
    sandbox.send(Method::POST, "/sandbox/reset").await;
    listener.named("all").await;
    assert_eq!(listener.named("clock").await.data["offset_seconds"], 0);
    assert_eq!(listener.named("faults").await.data, json!({ "faults": [] }));
}

#[tokio::test]
async fn a_late_message_is_heard_when_it_arrives() {
    let sandbox = Sandbox::start();
    let mut listener = Listener::begin(&sandbox, "").await;
    sandbox.service_post("/Verifications", &[("To", "+12015550180"), ("Channel", "sms")]).await;
    sandbox.post_json("/sandbox/clock", r#"{"advance_seconds":9}"#).await;
    let names = [listener.next().await.name, listener.next().await.name];
    assert!(names.contains(&"message".to_owned()) && names.contains(&"clock".to_owned()), "{names:?}");
}

#[tokio::test]
async fn browsers_get_the_page_and_others_the_list() {
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
    // Nothing from elsewhere, nothing inside the page that the policy would stop.
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
