//! A running sandbox and a client for it.

use std::net::{SocketAddr, TcpListener};

use actix_web::dev::ServerHandle;
use movable_clock::Clock;
use reqwest::header::HeaderMap;
use reqwest::{Client, Method, Response};
use serde_json::Value;

use super::PHONE;
use crate::{ACCOUNT_SID, AUTH_TOKEN, Options, SERVICE_SID};

/// A sandbox on a free port. Its server stops on drop.
pub(super) struct Sandbox {
    pub(super) address: SocketAddr,
    pub(super) client: Client,
    pub(super) clock: Clock,
    handle: ServerHandle,
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        // The stop command is queued immediately; the returned future only waits for the end.
        drop(self.handle.stop(false));
    }
}

/// A response whose body has been read.
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) headers: HeaderMap,
    pub(super) text: String,
}

impl Answer {
    pub(super) async fn of(response: Response) -> Self {
        let status = response.status().as_u16();
        let headers = response.headers().clone();
        assert_eq!(headers["countersign-mode"], "dev");
        assert_eq!(headers["cache-control"], "no-store");
        Self { status, headers, text: response.text().await.unwrap() }
    }

    pub(super) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|_| panic!("not JSON: {}", self.text))
    }

    /// Returns the status and the error code: Twilio's or that of the problem document.
    pub(super) fn error(&self) -> (u16, Value) {
        let body = self.json();
        assert_eq!(body["status"], self.status);
        (self.status, body["code"].clone())
    }
}

impl Sandbox {
    pub(super) fn start() -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let address = listener.local_addr().unwrap();
        let clock = Clock::system();
        let server_clock = clock.clone();
        let (sender, receiver) = std::sync::mpsc::channel();
        std::thread::spawn(move || {
            actix_web::rt::System::new().block_on(async move {
                let options = Options::new().allow_hosts(["phones.internal".into()]);
                let server = crate::Embedded::new(server_clock).server(listener, options).unwrap();
                sender.send(server.handle()).unwrap();
                server.await.unwrap();
            });
        });
        Self { address, handle: receiver.recv().unwrap(), client: Client::new(), clock }
    }

    pub(super) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// Sends a request without credentials and body, as clients of the control API do.
    pub(super) async fn send(&self, method: Method, path: &str) -> Answer {
        Answer::of(self.client.request(method, self.url(path)).send().await.unwrap()).await
    }

    pub(super) async fn get(&self, path: &str) -> Answer {
        self.send(Method::GET, path).await
    }

    pub(super) async fn post_json(&self, path: &str, body: &'static str) -> Answer {
        let request = self.client.post(self.url(path)).header("content-type", "application/json").body(body);
        Answer::of(request.send().await.unwrap()).await
    }

    pub(super) async fn post_value(&self, path: &str, body: &Value) -> Answer {
        let request = self.client.post(self.url(path)).json(body);
        Answer::of(request.send().await.unwrap()).await
    }

    /// Creates a fault and returns its `id`.
    pub(super) async fn create_fault(&self, fault: Value) -> Value {
        let answer = self.post_value("/sandbox/faults", &fault).await;
        assert_eq!(answer.status, 201, "{}", answer.text);
        answer.json()["id"].clone()
    }

    /// Fetches a path below the default service, as Twilio's clients do.
    pub(super) async fn service_get(&self, path: &str) -> Answer {
        self.request(Method::GET, &format!("/v2/Services/{SERVICE_SID}{path}")).await
    }

    /// Posts a form to a path below the default service.
    pub(super) async fn service_post(&self, path: &str, form: &[(&str, &str)]) -> Answer {
        self.post(&format!("/v2/Services/{SERVICE_SID}{path}"), form).await
    }

    /// Posts a form as [`ACCOUNT_SID`].
    pub(super) async fn post(&self, path: &str, form: &[(&str, &str)]) -> Answer {
        self.post_as(ACCOUNT_SID, path, form).await
    }

    pub(super) async fn post_as(&self, user: &str, path: &str, form: &[(&str, &str)]) -> Answer {
        let request = self.client.post(self.url(path)).basic_auth(user, Some(AUTH_TOKEN)).form(form);
        Answer::of(request.send().await.unwrap()).await
    }

    /// Sends a request without a body as [`ACCOUNT_SID`].
    pub(super) async fn request(&self, method: Method, path: &str) -> Answer {
        self.request_as(ACCOUNT_SID, method, path).await
    }

    pub(super) async fn request_as(&self, user: &str, method: Method, path: &str) -> Answer {
        let request = self.client.request(method, self.url(path)).basic_auth(user, Some(AUTH_TOKEN));
        Answer::of(request.send().await.unwrap()).await
    }

    /// Creates a resource below the default service and returns its SID.
    pub(super) async fn create(&self, path: &str, form: &[(&str, &str)]) -> String {
        let answer = self.service_post(path, form).await;
        assert_eq!(answer.status, 201, "{}", answer.text);
        answer.json()["sid"].as_str().unwrap().to_owned()
    }

    pub(super) async fn start_sms(&self) -> Answer {
        self.service_post("/Verifications", &[("To", PHONE), ("Channel", "sms")]).await
    }

    /// Starts a verification and returns its SID and code.
    pub(super) async fn start_and_read_code(&self) -> (String, String) {
        let answer = self.start_sms().await;
        assert_eq!(answer.status, 201, "{}", answer.text);
        let code = self.get(&format!("/sandbox/code?to={PHONE}")).await;
        (answer.json()["sid"].as_str().unwrap().to_owned(), code.text)
    }

    pub(super) async fn check(&self, key: (&str, &str), code: &str) -> Answer {
        self.service_post("/VerificationCheck", &[key, ("Code", code)]).await
    }
}
