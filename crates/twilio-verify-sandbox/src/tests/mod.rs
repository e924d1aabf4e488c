//! The sandbox from outside: each test has a server of its own on a free port and speaks HTTP to it.

mod attempts;
mod buckets;
mod challenges;
mod control;
mod delivery;
mod entities;
mod events;
mod factor_limits;
mod factors;
mod fault_control;
mod faults;
mod isolation;
mod journal;
mod lookup;
mod not_offered;
mod numbers;
mod paging;
mod rate_limits;
mod raw;
mod safe_list;
mod safety;
mod service_changes;
mod services;
mod start_parameters;
mod verification_changes;
mod verification_properties;
mod verifications;

use std::net::{SocketAddr, TcpListener};

use actix_web::dev::ServerHandle;
use reqwest::{Client, Method, Response};
use serde_json::Value;

use super::{ACCOUNT_SID, AUTH_TOKEN, Options, SERVICE_SID};
use movable_clock::Clock;

const PHONE: &str = "+12015550123";

struct Sandbox {
    address: SocketAddr,
    handle: ServerHandle,
    client: Client,
    clock: Clock,
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        // The command is queued at once; nobody needs to wait for the end.
        drop(self.handle.stop(false));
    }
}

/// An answer, read whole.
struct Answer {
    status: u16,
    headers: reqwest::header::HeaderMap,
    text: String,
}

impl Answer {
    async fn of(response: Response) -> Self {
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        assert_eq!(
            (&headers["countersign-mode"], &headers["cache-control"]),
            (&"dev".parse().unwrap(), &"no-store".parse().unwrap())
        );
        Self { status, headers, text: response.text().await.unwrap() }
    }

    fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|_| panic!("not JSON: {}", self.text))
    }

    /// The status and Twilio's (or the problem's) code.
    fn error(&self) -> (u16, Value) {
        let body = self.json();
        assert_eq!(body["status"], self.status);
        (self.status, body["code"].clone())
    }
}

impl Sandbox {
    fn start() -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let (address, clock) = (listener.local_addr().unwrap(), Clock::system());
        let (sender, receiver) = std::sync::mpsc::channel();
        let moved = clock.clone();
        std::thread::spawn(move || {
            actix_web::rt::System::new().block_on(async move {
                let options = Options { allowed_hosts: vec!["phones.internal".into()], ..Options::default() };
                let server = super::Sandbox::new(moved).server(listener, options).unwrap();
                sender.send(server.handle()).unwrap();
                server.await.unwrap();
            });
        });
        Self { address, handle: receiver.recv().unwrap(), client: Client::new(), clock }
    }

    fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    async fn send(&self, method: Method, path: &str) -> Answer {
        Answer::of(self.client.request(method, self.url(path)).send().await.unwrap()).await
    }

    async fn get(&self, path: &str) -> Answer {
        self.send(Method::GET, path).await
    }

    async fn post_json(&self, path: &str, body: &'static str) -> Answer {
        let request = self.client.post(self.url(path)).header("content-type", "application/json").body(body);
        Answer::of(request.send().await.unwrap()).await
    }

    async fn post_value(&self, path: &str, body: &Value) -> Answer {
        let request = self.client.post(self.url(path)).json(body);
        Answer::of(request.send().await.unwrap()).await
    }

    /// Makes a fault: its `id`.
    async fn broken(&self, fault: Value) -> Value {
        let answer = self.post_value("/sandbox/faults", &fault).await;
        assert_eq!(answer.status, 201, "{}", answer.text);
        answer.json()["id"].clone()
    }

    /// As Twilio's clients do, below the well-known service.
    async fn service_get(&self, path: &str) -> Answer {
        let url = self.url(&format!("/v2/Services/{SERVICE_SID}{path}"));
        let request = self.client.get(url).basic_auth(ACCOUNT_SID, Some(AUTH_TOKEN));
        Answer::of(request.send().await.unwrap()).await
    }

    async fn service_post(&self, path: &str, form: &[(&str, &str)]) -> Answer {
        self.post_as(ACCOUNT_SID, &format!("/v2/Services/{SERVICE_SID}{path}"), form).await
    }

    async fn post_as(&self, user: &str, path: &str, form: &[(&str, &str)]) -> Answer {
        let request = self.client.post(self.url(path)).basic_auth(user, Some(AUTH_TOKEN)).form(form);
        Answer::of(request.send().await.unwrap()).await
    }

    /// As [`ACCOUNT_SID`], without a body.
    async fn ask(&self, method: Method, path: &str) -> Answer {
        self.ask_as(ACCOUNT_SID, method, path).await
    }

    async fn ask_as(&self, user: &str, method: Method, path: &str) -> Answer {
        let request = self.client.request(method, self.url(path)).basic_auth(user, Some(AUTH_TOKEN));
        Answer::of(request.send().await.unwrap()).await
    }

    /// As [`ACCOUNT_SID`], with a form.
    async fn post(&self, path: &str, form: &[(&str, &str)]) -> Answer {
        self.post_as(ACCOUNT_SID, path, form).await
    }

    /// Creates a resource below the well-known service and tells its SID.
    async fn created(&self, path: &str, form: &[(&str, &str)]) -> String {
        let answer = self.service_post(path, form).await;
        assert_eq!(answer.status, 201, "{}", answer.text);
        answer.json()["sid"].as_str().unwrap().to_owned()
    }

    async fn start_sms(&self) -> Answer {
        self.service_post("/Verifications", &[("To", PHONE), ("Channel", "sms")]).await
    }

    /// A pending verification: its SID and its code.
    async fn started(&self) -> (String, String) {
        let answer = self.start_sms().await;
        assert_eq!(answer.status, 201, "{}", answer.text);
        let code = self.get(&format!("/sandbox/code?to={PHONE}")).await;
        (answer.json()["sid"].as_str().unwrap().to_owned(), code.text)
    }

    async fn check(&self, key: (&str, &str), code: &str) -> Answer {
        self.service_post("/VerificationCheck", &[key, ("Code", code)]).await
    }
}

/// A code that is not `code`, of the same length.
fn wrong(code: &str) -> String {
    code.chars().map(|digit| if digit == '0' { '1' } else { '0' }).collect()
}

/// The path, with its query, of a URL that the sandbox told.
fn path_of(url: &Value) -> String {
    let rest = url.as_str().unwrap().strip_prefix("http://").unwrap();
    rest[rest.find('/').unwrap()..].to_owned()
}

/// The names of a resource's members, in order of the alphabet.
fn members(resource: &Value) -> Vec<&str> {
    let mut names: Vec<_> = resource.as_object().unwrap().keys().map(String::as_str).collect();
    names.sort_unstable();
    names
}

/// Whether this is a date as Twilio writes it: without a fraction of a second.
fn is_date(value: &Value) -> bool {
    value.as_str().is_some_and(|text| {
        text.len() == "2026-01-01T00:00:00Z".len()
            && text.ends_with('Z')
            && chrono::DateTime::parse_from_rfc3339(text).is_ok()
    })
}

fn is_sid(prefix: &str, value: &Value) -> bool {
    value.as_str().is_some_and(|text| crate::twilio::sid::is_sid(prefix, text))
}
