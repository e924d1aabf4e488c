//! What all callers share: the server, the bearer token and the headers that each request carries.

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use reqwest::{Method, RequestBuilder};
use serde_json::Value;

use crate::harness::{Answer, Server};

/// A request that is sent when it is awaited, and its answer.
pub type Pending = BoxFuture<'static, Answer>;

/// Sends requests to one server.
#[derive(Clone)]
pub struct Client {
    api: String,
    http: reqwest::Client,
    token: Option<String>,
    headers: Vec<(String, Vec<u8>)>,
}

impl Client {
    pub fn of(server: &Server) -> Self {
        Self { api: server.api.clone(), http: server.http.clone(), token: None, headers: Vec::new() }
    }

    pub fn bearer(mut self, token: &str) -> Self {
        self.token = Some(token.to_owned());
        self
    }

    pub fn without_token(mut self) -> Self {
        self.token = None;
        self
    }

    pub fn header(mut self, name: &str, value: impl AsRef<[u8]>) -> Self {
        self.headers.push((name.to_owned(), value.as_ref().to_vec()));
        self
    }

    /// Sends the same requests to another server.
    pub fn on(mut self, server: &Server) -> Self {
        self.api.clone_from(&server.api);
        self
    }

    /// The bearer token; empty if there is none.
    pub fn token(&self) -> &str {
        self.token.as_deref().unwrap_or_default()
    }

    fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let mut request = self.http.request(method, format!("{}{path}", self.api));
        if let Some(token) = &self.token {
            request = request.bearer_auth(token);
        }
        for (name, value) in &self.headers {
            request = request.header(name, value.as_slice());
        }
        request
    }

    /// Sends a request without a body.
    pub fn send(&self, method: Method, path: &str) -> Pending {
        answer_of(self.request(method, path))
    }

    pub fn get(&self, path: &str) -> Pending {
        self.send(Method::GET, path)
    }

    pub fn send_json(&self, method: Method, path: &str, body: &Value) -> Pending {
        answer_of(self.request(method, path).json(body))
    }

    pub fn post(&self, path: &str, body: Value) -> Pending {
        self.send_json(Method::POST, path, &body)
    }
}

fn answer_of(request: RequestBuilder) -> Pending {
    let (http, request) = request.build_split();
    let request = request.unwrap();
    let method = request.method().clone();
    let path = request.url().path().to_owned();
    async move { Answer::read(&method, &path, http.execute(request).await.unwrap()).await }.boxed()
}

/// Gives a caller the builder methods of its client.
macro_rules! caller {
    ($caller:ident) => {
        #[allow(dead_code, reason = "not every kind of caller uses every method")]
        impl $caller {
            /// The bearer token; empty if there is none.
            pub fn token(&self) -> &str {
                self.client.token()
            }

            /// Sends a header with every request.
            pub fn header(&self, name: &str, value: impl AsRef<[u8]>) -> Self {
                let mut caller = self.clone();
                caller.client = caller.client.header(name, value);
                caller
            }

            /// Calls from this address. The server must trust the test as a proxy.
            pub fn at(&self, address: &str) -> Self {
                self.header("x-forwarded-for", address)
            }

            /// Sends the same token as a guest.
            pub fn as_guest(&self) -> super::Guest {
                super::Guest { client: self.client.clone() }
            }

            /// Sends the same token where a password-ok token belongs.
            pub fn as_password_ok(&self) -> super::PasswordOk {
                super::PasswordOk { client: self.client.clone() }
            }

            /// Sends the same token where an access token belongs.
            pub fn as_access(&self) -> super::Access {
                super::Access { client: self.client.clone(), refresh_token: String::new() }
            }

            /// Calls another server, such as a replica, with the same token.
            pub fn on(&self, server: &Server) -> Self {
                let mut caller = self.clone();
                caller.client = caller.client.on(server);
                caller
            }
        }
    };
}

pub(super) use caller;
