//! A proxy between a server and the double of Twilio. It records requests and injects faults.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex};

use reqwest::header::{AUTHORIZATION, CONTENT_TYPE};
use tokio::io::AsyncWriteExt;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;
use tokio::task::JoinHandle;

use super::fault::{Fault, FaultPoint};
use super::http_request::{HttpRequest, read};
use crate::harness::{Launch, Process, TempDir};

/// An operation of Twilio.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Operation {
    Start,
    Check,
    Update,
}

/// A received request, and the status that Twilio answered; `None` if Twilio did not get it.
#[derive(Clone, Debug)]
pub struct Exchange {
    pub operation: Operation,
    pub form: HashMap<String, String>,
    pub status: Option<u16>,
}

/// The double of Twilio as a process, behind a proxy that the test controls.
pub struct Twilio {
    pub base_url: String,
    /// The address of the double itself, with its virtual phones and its clock.
    pub sandbox: String,
    shared: Arc<Shared>,
    proxy: JoinHandle<()>,
    _process: Process,
    _directory: TempDir,
}

struct Shared {
    sandbox: String,
    http: reqwest::Client,
    faults: Mutex<HashMap<Operation, VecDeque<Fault>>>,
    exchanges: Mutex<Vec<Exchange>>,
    asked: Notify,
}

impl Twilio {
    pub async fn start() -> Self {
        let directory = TempDir::new();
        let arguments =
            ["sandbox", "--sandbox-listen", "127.0.0.1:0", "--exit-with-stdin"].map(str::to_owned);
        let process = Process::start(directory.path(), &arguments, &[]).unwrap();
        let sandbox = process.address("sandbox");
        let shared = Arc::new(Shared {
            sandbox: sandbox.clone(),
            http: reqwest::Client::builder().no_proxy().build().unwrap(),
            faults: Mutex::default(),
            exchanges: Mutex::default(),
            asked: Notify::new(),
        });
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base_url = format!("http://{}", listener.local_addr().unwrap());
        let serving = shared.clone();
        let proxy = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let shared = serving.clone();
                tokio::spawn(async move { shared.serve(stream).await });
            }
        });
        Self { base_url, sandbox, shared, proxy, _process: process, _directory: directory }
    }

    /// `countersign serve` with this Twilio.
    pub fn launch(&self) -> Launch {
        Launch::serve(&self.base_url).sandbox(&self.sandbox)
    }

    /// Injects a fault into the next request of this operation. Several faults apply in order.
    pub fn inject_fault(&self, operation: Operation, fault: Fault) {
        self.shared.faults.lock().unwrap().entry(operation).or_default().push_back(fault);
    }

    /// Whether every fault has been used.
    pub fn all_faults_used(&self) -> bool {
        self.shared.faults.lock().unwrap().values().all(VecDeque::is_empty)
    }

    /// The requests of an operation, whether Twilio or a fault answered them.
    pub fn requests(&self, operation: Operation) -> Vec<Exchange> {
        let exchanges = self.shared.exchanges.lock().unwrap();
        exchanges.iter().filter(|exchange| exchange.operation == operation).cloned().collect()
    }

    /// The number of guesses that Twilio has compared with a code. Rejected ones do not count.
    pub fn guesses(&self) -> usize {
        self.requests(Operation::Check).iter().filter(|check| check.status == Some(200)).count()
    }

    /// Waits until this many requests of an operation have come.
    pub async fn wait_for(&self, operation: Operation, requests: usize) {
        while self.requests(operation).len() < requests {
            self.shared.asked.notified().await;
        }
    }
}

impl Drop for Twilio {
    fn drop(&mut self) {
        self.proxy.abort();
    }
}

impl Shared {
    async fn serve(&self, mut stream: TcpStream) {
        let Some(request) = read(&mut stream).await else { return };
        let operation = operation(&request.path);
        let fault = self.faults.lock().unwrap().get_mut(&operation).and_then(VecDeque::pop_front);
        let reaches_twilio = fault.as_ref().is_none_or(|fault| fault.broken == FaultPoint::AfterTwilio);
        let answer = if reaches_twilio { Some(self.ask(&request).await) } else { None };
        let exchange =
            Exchange { operation, form: request.form(), status: answer.as_ref().map(|(status, _)| *status) };
        let sid = exchange.form.get("VerificationSid").cloned().unwrap_or_default();
        self.exchanges.lock().unwrap().push(exchange);
        self.asked.notify_one();
        let bytes = match (&fault, &answer) {
            (Some(fault), _) => fault.bytes(&sid, answer.as_ref()).await,
            (None, Some((status, body))) => Some(super::fault::response(*status, &[], body)),
            (None, None) => None,
        };
        match bytes {
            // Fails if the server is gone.
            Some(bytes) => drop(stream.write_all(&bytes).await),
            None => std::future::pending().await,
        }
    }

    async fn ask(&self, request: &HttpRequest) -> (u16, String) {
        let response = self
            .http
            .post(format!("{}{}", self.sandbox, request.path))
            .header(AUTHORIZATION, request.header("authorization"))
            .header(CONTENT_TYPE, request.header("content-type"))
            .body(request.body.clone())
            .send()
            .await
            .unwrap();
        (response.status().as_u16(), response.text().await.unwrap())
    }
}

fn operation(path: &str) -> Operation {
    match path.rsplit('/').next() {
        Some("Verifications") => Operation::Start,
        Some("VerificationCheck") => Operation::Check,
        _ => Operation::Update,
    }
}
