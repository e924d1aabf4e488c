//! An answer of the API.

use reqwest::header::HeaderMap;
use reqwest::{Method, Response};
use serde_json::Value;

use super::document;

/// An answer. Reading it checks what every answer must have.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    /// `Null` if the body is not JSON.
    pub body: Value,
    pub text: String,
}

impl Answer {
    pub async fn read(method: &Method, path: &str, response: Response) -> Self {
        Self::try_read(method, path, response).await.unwrap()
    }

    /// # Errors
    /// Fails if the connection ends before the answer is complete.
    pub async fn try_read(method: &Method, path: &str, response: Response) -> Result<Self, reqwest::Error> {
        let status = response.status().as_u16();
        let headers = response.headers().clone();
        let text = response.text().await?;
        let body = serde_json::from_str(&text).unwrap_or(Value::Null);
        let answer = Self { status, headers, body, text };
        answer.check(method, path);
        Ok(answer)
    }

    /// Checks what holds for every answer.
    fn check(&self, method: &Method, path: &str) {
        let about = format!("{method} {path} answered {self:?}");
        assert!(self.headers.contains_key("x-request-id"), "{about}");
        if let Some(retry_after) = self.body.get("retry_after") {
            assert_eq!(self.header("retry-after"), retry_after.to_string(), "{about}");
        }
        if self.status == 401 {
            assert!(self.header("www-authenticate").starts_with("Bearer"), "{about}");
        }
        if self.status >= 400 {
            assert_eq!(self.header("content-type"), "application/problem+json", "{about}");
            assert_eq!(self.body["status"], self.status, "{about}");
            assert_eq!(self.body["request_id"], self.header("x-request-id"), "{about}");
        }
        if path.starts_with("/v1/") {
            assert_eq!(self.header("cache-control"), "no-store", "{about}");
        }
        // No answer holds a password hash or a SID of Twilio.
        let is_sid = |rest: &str| rest.bytes().take(32).filter(u8::is_ascii_hexdigit).count() == 32;
        let tells_a_sid = self.text.split("VE").skip(1).any(is_sid);
        assert!(!self.text.contains("$argon2") && !tells_a_sid, "{about}");
        document::check(method.as_str(), path, self.status, &self.body, &about);
    }

    /// The value of a header; empty if it is missing.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    /// The body as JSON for a snapshot. The values of these members are replaced, at any depth.
    pub fn redacted(&self, varying: &[&str]) -> String {
        redacted(&self.body, varying)
    }

    /// Checks the status.
    #[track_caller]
    pub fn expect(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{}", self.text);
        self
    }

    /// Checks that the answer is this problem.
    #[track_caller]
    pub fn expect_problem(self, status: u16, code: &str) -> Self {
        assert_eq!((self.status, self.body["code"].as_str()), (status, Some(code)), "{}", self.text);
        self
    }

    /// The value of a string member.
    #[track_caller]
    pub fn text_of(&self, name: &str) -> String {
        self.body[name].as_str().unwrap_or_else(|| panic!("no {name} in {}", self.text)).to_owned()
    }
}

/// A value as JSON for a snapshot. The values of these members are replaced, at any depth.
pub fn redacted(value: &Value, varying: &[&str]) -> String {
    let mut value = value.clone();
    redact(&mut value, varying);
    serde_json::to_string_pretty(&value).unwrap()
}

fn redact(value: &mut Value, varying: &[&str]) {
    for item in value.as_array_mut().into_iter().flatten() {
        redact(item, varying);
    }
    for (name, member) in value.as_object_mut().into_iter().flatten() {
        if varying.contains(&name.as_str()) {
            *member = format!("[{name}]").into();
        } else {
            redact(member, varying);
        }
    }
}
