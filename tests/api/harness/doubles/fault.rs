//! How Twilio, or the way to it, can fail.

use std::sync::Arc;

use serde_json::{Value, json};
use tokio::sync::Notify;

/// What goes wrong with one request.
pub struct Fault {
    pub(super) broken: Broken,
    answer: Answer,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Broken {
    /// Twilio never hears of the request.
    BeforeTwilio,
    /// Twilio does what it was asked for, and its answer is replaced.
    AfterTwilio,
}

enum Answer {
    Response { status: u16, headers: Vec<(String, String)>, body: String },
    HangUp,
    Silence,
    Held(Arc<Notify>),
}

impl Fault {
    /// An answer in Twilio's stead. `{sid}` in it becomes the verification that was asked about.
    pub fn answer(status: u16, body: &str) -> Self {
        let answer = Answer::Response { status, headers: vec![], body: body.to_owned() };
        Self { broken: Broken::BeforeTwilio, answer }
    }

    /// An answer to a check.
    pub fn checked(status: u16, sid: &str, verdict: &str, valid: bool) -> Self {
        let body: Value = json!({ "sid": sid, "status": verdict, "valid": valid });
        Self::answer(status, &body.to_string())
    }

    /// One of Twilio's errors.
    pub fn error(status: u16, code: u32) -> Self {
        let more_info = format!("https://www.twilio.com/docs/errors/{code}");
        let body = json!({ "code": code, "message": "No.", "more_info": more_info, "status": status });
        Self::answer(status, &body.to_string())
    }

    /// With a header more.
    pub fn header(mut self, name: &str, value: &str) -> Self {
        if let Answer::Response { headers, .. } = &mut self.answer {
            headers.push((name.to_owned(), value.to_owned()));
        }
        self
    }

    /// The request comes and the connection ends: the server cannot know whether Twilio did anything.
    pub fn dropped() -> Self {
        Self { broken: Broken::BeforeTwilio, answer: Answer::HangUp }
    }

    /// Twilio does what it was asked for, and then the connection ends.
    pub fn done_and_dropped() -> Self {
        Self { broken: Broken::AfterTwilio, answer: Answer::HangUp }
    }

    /// No answer, for ever.
    pub fn silence() -> Self {
        Self { broken: Broken::BeforeTwilio, answer: Answer::Silence }
    }

    /// Twilio does what it was asked for, and its answer waits until it is let go.
    pub fn held() -> (Self, Arc<Notify>) {
        let let_go = Arc::new(Notify::new());
        (Self { broken: Broken::AfterTwilio, answer: Answer::Held(let_go.clone()) }, let_go)
    }

    /// What is sent before the connection ends; `None`: it does not end.
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

/// An HTTP response after which the connection ends.
pub(super) fn response(status: u16, headers: &[(String, String)], body: &str) -> Vec<u8> {
    let headers: String = headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
    let length = body.len();
    format!(
        "HTTP/1.1 {status} Scripted\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\
         Connection: close\r\n{headers}\r\n{body}"
    )
    .into_bytes()
}
