//! Failures of Twilio and of the connection to it.

use std::sync::Arc;

use serde_json::{Value, json};
use tokio::sync::Notify;

/// What goes wrong with one request.
pub struct Fault {
    pub(super) broken: FaultPoint,
    answer: Answer,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum FaultPoint {
    /// Twilio does not get the request.
    BeforeTwilio,
    /// Twilio does its work, and its answer is replaced.
    AfterTwilio,
}

enum Answer {
    Response { status: u16, headers: Vec<(String, String)>, body: String },
    HangUp,
    Silence,
    Held(Arc<Notify>),
}

impl Fault {
    /// An answer in place of Twilio's. `{sid}` becomes the SID of the verification.
    pub fn answer(status: u16, body: &str) -> Self {
        let answer = Answer::Response { status, headers: vec![], body: body.to_owned() };
        Self { broken: FaultPoint::BeforeTwilio, answer }
    }

    /// An answer to a check.
    pub fn checked(status: u16, sid: &str, verdict: &str, valid: bool) -> Self {
        let body: Value = json!({ "sid": sid, "status": verdict, "valid": valid });
        Self::answer(status, &body.to_string())
    }

    /// An error of Twilio.
    pub fn error(status: u16, code: u32) -> Self {
        let more_info = format!("https://www.twilio.com/docs/errors/{code}");
        let body = json!({ "code": code, "message": "No.", "more_info": more_info, "status": status });
        Self::answer(status, &body.to_string())
    }

    /// Adds a header.
    pub fn header(mut self, name: &str, value: &str) -> Self {
        if let Answer::Response { headers, .. } = &mut self.answer {
            headers.push((name.to_owned(), value.to_owned()));
        }
        self
    }

    /// The connection ends after the request. The server cannot know whether Twilio did its work.
    pub fn dropped() -> Self {
        Self { broken: FaultPoint::BeforeTwilio, answer: Answer::HangUp }
    }

    /// Twilio does its work, and then the connection ends.
    pub fn done_and_dropped() -> Self {
        Self { broken: FaultPoint::AfterTwilio, answer: Answer::HangUp }
    }

    /// Never answers.
    pub fn silence() -> Self {
        Self { broken: FaultPoint::BeforeTwilio, answer: Answer::Silence }
    }

    /// Twilio does its work, and its answer waits until the test notifies.
    pub fn held() -> (Self, Arc<Notify>) {
        let let_go = Arc::new(Notify::new());
        (Self { broken: FaultPoint::AfterTwilio, answer: Answer::Held(let_go.clone()) }, let_go)
    }

    /// The bytes to send before the connection ends. `None`: the connection stays open.
    pub(super) async fn bytes(&self, sid: &str, answer: Option<&(u16, String)>) -> Option<Vec<u8>> {
        match &self.answer {
            Answer::Response { status, headers, body } => {
                Some(response(*status, headers, &body.replace("{sid}", sid)))
            }
            Answer::HangUp => Some(vec![]),
            Answer::Silence => None,
            Answer::Held(let_go) => {
                let_go.notified().await;
                answer.map(|(status, body)| response(*status, &[], body))
            }
        }
    }
}

/// An HTTP response with `Connection: close`.
pub(super) fn response(status: u16, headers: &[(String, String)], body: &str) -> Vec<u8> {
    let headers: String = headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
    let length = body.len();
    format!(
        "HTTP/1.1 {status} Scripted\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\
         Connection: close\r\n{headers}\r\n{body}"
    )
    .into_bytes()
}
