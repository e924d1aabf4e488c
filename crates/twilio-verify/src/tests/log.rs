//! The one log line per call, and what it must not contain.

use std::io::{self, Write};
use std::sync::{Arc, Mutex};

use tracing::Dispatch;
use tracing_subscriber::fmt::MakeWriter;

use super::server::{Reply, Server};
use super::{CODE, PHONE, TOKEN, VERIFICATION, client, error, json, sid, start, started};

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Log {
    fn subscriber(&self) -> Dispatch {
        let subscriber = tracing_subscriber::fmt().with_max_level(tracing::Level::TRACE).json();
        subscriber.with_writer(self.clone()).finish().into()
    }

    /// Takes the lines of this crate, and the whole text, which includes those of other crates.
    fn take(&self) -> (Vec<serde_json::Value>, String) {
        let text = String::from_utf8(std::mem::take(&mut *self.0.lock().unwrap())).unwrap();
        let lines = text.lines().map(|line| serde_json::from_str(line).unwrap());
        let ours = |line: &serde_json::Value| line["target"].as_str().unwrap().contains("twilio");
        (lines.filter(ours).collect(), text)
    }
}

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Log {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

#[tokio::test]
async fn every_call_writes_one_line_without_personal_data() {
    let log = Log::default();
    let ours = log.subscriber();
    // With a single dispatcher, tracing caches whether a line is enabled. Another test's thread could decide
    // that.
    let _second = Dispatch::new(tracing_subscriber::registry());
    let _guard = tracing::dispatcher::set_default(&ours);

    let pending = json(200, "", &format!(r#"{{"sid":"{VERIFICATION}","status":"pending"}}"#));
    let server = Server::playing([
        Reply::Bytes(error(429, "", 20429)),
        Reply::Bytes(started()),
        Reply::Bytes(pending),
        Reply::Bytes(error(400, "Twilio-Request-Id: RQ9\r\n", 60200)),
        Reply::Bytes(error(401, "", 20003)),
        Reply::Last(Vec::new()),
    ])
    .await;
    let client = client(&server);
    let mut everything = String::new();
    let mut next = || {
        let (mut lines, text) = log.take();
        everything += &text;
        assert_eq!(lines.len(), 1, "{text}");
        lines.remove(0)
    };

    assert!(start(&client).await.is_ok());
    let line = next();
    assert_eq!((&line["level"], &line["fields"]["operation"]), (&"INFO".into(), &"start".into()));
    assert_eq!(
        (&line["fields"]["outcome"], &line["fields"]["http_status"]),
        (&"started".into(), &201.into())
    );
    assert_eq!((&line["fields"]["request_id"], &line["fields"]["requests"]), (&"RQ123".into(), &2.into()));
    assert!(line["fields"]["duration_ms"].is_u64());

    assert!(client.check(&sid(), CODE).await.is_ok());
    let line = next();
    assert_eq!((&line["level"], &line["fields"]["outcome"]), (&"INFO".into(), &"wrong".into()));

    assert!(start(&client).await.is_err());
    let line = next();
    assert_eq!((&line["level"], &line["fields"]["outcome"]), (&"WARN".into(), &"invalid_number".into()));
    assert_eq!((&line["fields"]["code"], &line["fields"]["request_id"]), (&60200.into(), &"RQ9".into()));

    assert!(start(&client).await.is_err());
    let line = next();
    assert_eq!((&line["level"], &line["fields"]["code"]), (&"ERROR".into(), &20003.into()));
    assert!(line["fields"]["hint"].as_str().unwrap().contains("account SID"));

    assert!(client.check(&sid(), CODE).await.is_err());
    let line = next();
    assert_eq!((&line["level"], &line["fields"]["outcome"]), (&"WARN".into(), &"unavailable".into()));
    let cause = line["fields"]["cause"].as_str().unwrap();
    assert!(!cause.contains("http://"), "{cause}");

    for secret in [&PHONE[1..], CODE, TOKEN, "Basic ", "Invalid parameter"] {
        assert!(!everything.contains(secret), "{secret} in {everything}");
    }
}
