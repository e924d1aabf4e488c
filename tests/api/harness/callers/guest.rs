//! A caller who has not logged in.

use serde_json::{Value, json};

use super::client::{Client, Pending, caller};
use crate::harness::{Person, Server};

/// A caller without a token, or with a token that the operation does not need.
#[derive(Clone)]
pub struct Guest {
    pub(super) client: Client,
}

caller!(Guest);

impl Guest {
    pub fn bearer(&self, token: &str) -> Self {
        Self { client: self.client.clone().bearer(token) }
    }

    pub fn sign_up(&self, person: &Person) -> Pending {
        self.sign_up_with(person.sign_up_body())
    }

    pub fn sign_up_with(&self, body: Value) -> Pending {
        self.client.post("/v1/users/signup", body)
    }

    pub fn log_in(&self, person: &Person) -> Pending {
        self.log_in_with(person.log_in_body())
    }

    pub fn log_in_with(&self, body: Value) -> Pending {
        self.client.post("/v1/users/login", body)
    }

    pub fn refresh(&self, refresh_token: &str) -> Pending {
        self.refresh_with(json!({ "refresh_token": refresh_token }))
    }

    pub fn refresh_with(&self, body: Value) -> Pending {
        self.client.post("/v1/users/refresh", body)
    }

    pub fn forgot_password(&self, email: &str) -> Pending {
        self.forgot_password_with(json!({ "email": email }))
    }

    pub fn forgot_password_with(&self, body: Value) -> Pending {
        self.client.post("/v1/users/password/forgot", body)
    }

    pub fn reset_password(&self, reset_token: &str, code: &str, new_password: &str) -> Pending {
        let body = json!({ "reset_token": reset_token, "code": code, "new_password": new_password });
        self.reset_password_with(body)
    }

    pub fn reset_password_with(&self, body: Value) -> Pending {
        self.client.post("/v1/users/password/reset", body)
    }

    pub fn live(&self) -> Pending {
        self.client.get("/health/live")
    }

    pub fn ready(&self) -> Pending {
        self.client.get("/health/ready")
    }

    pub fn jwks(&self) -> Pending {
        self.client.get("/.well-known/jwks.json")
    }

    pub fn metadata(&self) -> Pending {
        self.client.get("/.well-known/oauth-authorization-server")
    }
}

impl Server {
    pub fn guest(&self) -> Guest {
        Guest { client: Client::of(self) }
    }
}
