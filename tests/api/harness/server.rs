//! A running server.

use std::sync::Arc;

use reqwest::{Method, RequestBuilder};
use serde_json::Value;

use super::{Answer, Database, Launch, Process, TempDir};

/// An HTTP client without redirects and proxies.
pub(super) fn client() -> reqwest::Client {
    reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).no_proxy().build().unwrap()
}

/// A server that stops with the test. The fields are dropped in this order: the process before its database.
pub struct Server {
    pub api: String,
    /// Empty for `serve`, unless the test sets it.
    pub sandbox: String,
    pub http: reqwest::Client,
    pub process: Process,
    pub database: Arc<Database>,
    pub directory: TempDir,
}

impl Server {
    /// `countersign dev`, as the quick start starts it.
    pub async fn dev() -> Self {
        Launch::dev().start().await
    }

    /// A `countersign dev` that the test has started itself. Its `database` is unused.
    pub async fn running(process: Process, directory: TempDir) -> Self {
        let database = Arc::new(Database::fresh(directory.path()).await);
        let api = process.address("api");
        let sandbox = process.address("sandbox");
        Self { api, sandbox, http: client(), process, database, directory }
    }

    /// A request to the API, for what the callers cannot send.
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.http.request(method, format!("{}{path}", self.api))
    }

    /// Sends a request and checks the answer against the OpenAPI document.
    pub async fn send(&self, request: RequestBuilder) -> Answer {
        let request = request.build().unwrap();
        let method = request.method().clone();
        let path = request.url().path().to_owned();
        Answer::read(&method, &path, self.http.execute(request).await.unwrap()).await
    }

    /// Sends a request to a server that may stop. `None` if there is no complete answer.
    pub async fn attempt(&self, request: RequestBuilder) -> Option<Answer> {
        let request = request.build().unwrap();
        let method = request.method().clone();
        let path = request.url().path().to_owned();
        let response = self.http.execute(request).await.ok()?;
        Answer::try_read(&method, &path, response).await.ok()
    }

    /// Gets a path without a token.
    pub async fn get(&self, path: &str) -> Answer {
        self.send(self.request(Method::GET, path)).await
    }

    /// Posts JSON to a path, with a bearer token or without.
    pub async fn post(&self, path: &str, token: Option<&str>, body: Value) -> Answer {
        let request = self.request(Method::POST, path).json(&body);
        self.send(match token {
            Some(token) => request.bearer_auth(token),
            None => request,
        })
        .await
    }

    /// Moves the clock of the sandbox and of the server.
    pub async fn advance(&self, seconds: u32) {
        let body = serde_json::json!({ "advance_seconds": seconds });
        let request = self.http.post(format!("{}/sandbox/clock", self.sandbox)).json(&body);
        assert!(request.send().await.unwrap().status().is_success());
    }

    /// The newest code that was sent to an address or number.
    pub async fn code(&self, phone_number: &str) -> String {
        let url = format!("{}/sandbox/code", self.sandbox);
        let query = [("to", phone_number), ("wait", "5")];
        let response = self.http.get(url).query(&query).send().await.unwrap();
        assert_eq!(response.status(), 200, "no code came to {phone_number}");
        response.text().await.unwrap()
    }

    /// The messages to an address or number, the newest first.
    pub async fn messages(&self, phone_number: &str) -> Vec<Value> {
        let url = format!("{}/sandbox/messages", self.sandbox);
        let response = self.http.get(url).query(&[("to", phone_number)]).send().await.unwrap();
        let body: Value = response.json().await.unwrap();
        body["messages"].as_array().unwrap().clone()
    }
}
