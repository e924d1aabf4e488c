//! A caller whose password was right and whose code is pending.

use reqwest::Method;
use serde_json::{Value, json};

use super::Access;
use super::client::{Client, Pending, caller};
use crate::harness::{Answer, Server};

/// A caller with a password-ok token.
#[derive(Clone)]
pub struct PasswordOk {
    pub(super) client: Client,
}

caller!(PasswordOk);

impl PasswordOk {
    pub fn verify(&self, code: &str) -> Pending {
        self.verify_with(json!({ "code": code }))
    }

    pub fn verify_with(&self, body: Value) -> Pending {
        self.client.post("/v1/users/verify", body)
    }

    /// Verifies with the right code.
    pub async fn open_session(&self, code: &str) -> Access {
        Access::new(self.client.clone(), &self.verify(code).await.expect(200))
    }

    pub fn resend(&self) -> Pending {
        self.resend_with(json!({}))
    }

    pub fn resend_with(&self, body: Value) -> Pending {
        self.client.post("/v1/users/resend", body)
    }

    pub fn resend_without_body(&self) -> Pending {
        self.client.send(Method::POST, "/v1/users/resend")
    }

    pub fn log_out(&self) -> Pending {
        self.log_out_with(json!({}))
    }

    /// Logs out of `current`, `others` or `all` sessions.
    pub fn log_out_of(&self, scope: &str) -> Pending {
        self.log_out_with(json!({ "scope": scope }))
    }

    pub fn log_out_with(&self, body: Value) -> Pending {
        self.client.post("/v1/users/logout", body)
    }
}

impl Server {
    /// A caller that sends this token as a password-ok token, whatever it is.
    pub fn with_password_ok(&self, token: &str) -> PasswordOk {
        PasswordOk { client: Client::of(self).bearer(token) }
    }

    /// The caller who got this answer of a log-in.
    pub fn password_ok_of(&self, answer: &Answer) -> PasswordOk {
        self.with_password_ok(&answer.text_of("password_ok_token"))
    }
}
