//! A caller who has verified.

use reqwest::Method;
use serde_json::{Value, json};

use super::client::{Client, Pending, caller};
use crate::harness::{Answer, Server};

/// A caller with an access token and, unless the test made the token itself, the refresh token beside it.
#[derive(Clone)]
pub struct Access {
    pub(super) client: Client,
    pub refresh_token: String,
}

caller!(Access);

impl Access {
    /// The caller who got this answer of verify or refresh.
    pub(super) fn new(client: Client, answer: &Answer) -> Self {
        let client = client.bearer(&answer.text_of("access_token"));
        Self { client, refresh_token: answer.text_of("refresh_token") }
    }

    /// Refreshes with the refresh token.
    pub fn refresh(&self) -> Pending {
        let body = json!({ "refresh_token": self.refresh_token });
        self.client.clone().without_token().post("/v1/users/refresh", body)
    }

    /// Refreshes, which must succeed.
    pub async fn refreshed(&self) -> Self {
        Self::new(self.client.clone(), &self.refresh().await.expect(200))
    }

    pub fn dashboard(&self) -> Pending {
        self.client.get("/v1/users/dashboard")
    }

    pub fn me(&self) -> Pending {
        self.client.get("/v1/users/me")
    }

    pub fn update_profile(&self, body: Value) -> Pending {
        self.client.send_json(Method::PATCH, "/v1/users/me", &body)
    }

    pub fn delete_account(&self, password: &str) -> Pending {
        self.delete_account_with(json!({ "password": password }))
    }

    pub fn delete_account_with(&self, body: Value) -> Pending {
        self.client.send_json(Method::DELETE, "/v1/users/me", &body)
    }

    pub fn change_password(&self, current: &str, new: &str) -> Pending {
        self.change_password_with(json!({ "current_password": current, "new_password": new }))
    }

    pub fn change_password_with(&self, body: Value) -> Pending {
        self.client.send_json(Method::PUT, "/v1/users/me/password", &body)
    }

    pub fn change_phone_number(&self, phone_number: &str, password: &str) -> Pending {
        self.change_phone_number_with(json!({ "phone_number": phone_number, "password": password }))
    }

    pub fn change_phone_number_with(&self, body: Value) -> Pending {
        self.client.post("/v1/users/me/phone", body)
    }

    pub fn verify_phone_number(&self, code: &str) -> Pending {
        self.client.post("/v1/users/me/phone/verify", json!({ "code": code }))
    }

    pub fn change_email(&self, email: &str, password: &str) -> Pending {
        self.change_email_with(json!({ "email": email, "password": password }))
    }

    pub fn change_email_with(&self, body: Value) -> Pending {
        self.client.post("/v1/users/me/email", body)
    }

    pub fn verify_email(&self, code: &str) -> Pending {
        self.client.post("/v1/users/me/email/verify", json!({ "code": code }))
    }

    pub fn sessions(&self) -> Pending {
        self.client.get("/v1/users/me/sessions")
    }

    pub fn end_session(&self, id: &str) -> Pending {
        self.client.send(Method::DELETE, &format!("/v1/users/me/sessions/{id}"))
    }

    pub fn log_out(&self) -> Pending {
        self.log_out_with(json!({}))
    }

    pub fn log_out_with(&self, body: Value) -> Pending {
        self.client.post("/v1/users/logout", body)
    }

    /// Logs out of `current`, `others` or `all` sessions.
    pub fn log_out_of(&self, scope: &str) -> Pending {
        self.log_out_with(json!({ "scope": scope }))
    }

    pub fn log_out_without_body(&self) -> Pending {
        self.client.send(Method::POST, "/v1/users/logout")
    }

    /// The kinds of the recent activities on the dashboard, the newest first.
    pub async fn recent_activity(&self) -> Vec<String> {
        let page = self.dashboard().await.expect(200);
        let activities = page.body["recent_activity"].as_array().unwrap().iter();
        activities.map(|activity| activity["kind"].as_str().unwrap().to_owned()).collect()
    }

    /// The sessions of the user, as the API lists them.
    pub async fn listed_sessions(&self) -> Vec<Value> {
        self.sessions().await.expect(200).body["sessions"].as_array().unwrap().clone()
    }

    /// The phone number of the user.
    pub async fn phone_number(&self) -> String {
        self.me().await.expect(200).text_of("phone_number")
    }
}

impl Server {
    /// A caller that sends this token as an access token, whatever it is.
    pub fn with_access(&self, token: &str) -> Access {
        Access { client: Client::of(self).bearer(token), refresh_token: String::new() }
    }

    /// The caller who got this answer of verify or refresh.
    pub fn session_of(&self, answer: &Answer) -> Access {
        Access::new(Client::of(self), answer)
    }
}
