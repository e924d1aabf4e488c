//! A receiver of webhooks that checks every signature by the specification.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use aws_lc_rs::hmac;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;
use tokio::io::AsyncWriteExt;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;
use tokio::task::JoinHandle;

use super::http_request::{HttpRequest, read};
use crate::harness::{Launch, Person};

const KEY: [u8; 32] = *b"a key that only these tests know";
/// How long to wait for a delivery.
const PATIENCE: Duration = Duration::from_secs(30);

/// A received delivery.
#[derive(Debug, Clone)]
pub struct Delivery {
    pub id: String,
    pub timestamp: i64,
    pub body: Value,
    /// The status of our answer.
    pub status: &'static str,
}

impl Delivery {
    pub fn event(&self) -> &str {
        self.body["type"].as_str().unwrap()
    }
}

/// A receiver on a port of its own.
pub struct Receiver {
    pub url: String,
    shared: Arc<Shared>,
    server: JoinHandle<()>,
}

#[derive(Default)]
struct Shared {
    taken: Mutex<Vec<Delivery>>,
    answers: Mutex<VecDeque<&'static str>>,
    came: Notify,
}

impl Receiver {
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        // Some receivers have a port and a key in their URL.
        let url = format!("http://{}/hooks?key=canary-of-a-key", listener.local_addr().unwrap());
        let shared = Arc::<Shared>::default();
        let serving = shared.clone();
        let server = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let shared = serving.clone();
                tokio::spawn(async move { shared.serve(stream).await });
            }
        });
        Self { url, shared, server }
    }

    /// Configures a server to send its events here.
    pub fn configure(&self, launch: Launch) -> Launch {
        launch
            .variable("COUNTERSIGN__WEBHOOKS__URL", &self.url)
            .variable("COUNTERSIGN__WEBHOOKS__SECRET", &Self::secret())
    }

    pub fn secret() -> String {
        format!("whsec_{}", STANDARD.encode(KEY))
    }

    /// Sets the answers to the next deliveries, a status line each, or `hang` for no answer. After them,
    /// every answer is 204.
    pub fn answer(&self, answers: &[&'static str]) {
        self.shared.answers.lock().unwrap().extend(answers);
    }

    /// Every delivery so far.
    pub fn deliveries(&self) -> Vec<Delivery> {
        self.shared.taken.lock().unwrap().clone()
    }

    /// Waits until this many deliveries have come.
    pub async fn wait_for(&self, deliveries: usize) -> Vec<Delivery> {
        let waiting = async {
            while self.deliveries().len() < deliveries {
                self.shared.came.notified().await;
            }
        };
        let came = tokio::time::timeout(PATIENCE, waiting).await;
        assert!(came.is_ok(), "expected {deliveries} deliveries, got {:?}", self.deliveries());
        self.deliveries()
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        self.server.abort();
    }
}

impl Shared {
    async fn serve(&self, mut stream: TcpStream) {
        while let Some(request) = read(&mut stream).await {
            let status = self.answers.lock().unwrap().pop_front().unwrap_or("204 No Content");
            let taken = checked(&request, status);
            self.taken.lock().unwrap().push(taken);
            self.came.notify_one();
            if status == "hang" {
                return std::future::pending().await;
            }
            let answer =
                format!("HTTP/1.1 {status}\r\nlocation: http://127.0.0.1:9/\r\ncontent-length: 0\r\n\r\n");
            if stream.write_all(answer.as_bytes()).await.is_err() {
                return;
            }
        }
    }
}

/// Checks a delivery by Standard Webhooks, "Verifying webhook authenticity".
fn checked(request: &HttpRequest, status: &'static str) -> Delivery {
    assert_eq!(request.path, "/hooks?key=canary-of-a-key");
    assert_eq!(request.header("content-type"), "application/json");
    let [id, timestamp, signature] =
        ["webhook-id", "webhook-timestamp", "webhook-signature"].map(|name| request.header(name));
    let signature = STANDARD.decode(signature.strip_prefix("v1,").unwrap()).unwrap();
    let signed = [id.as_str(), &timestamp, &request.body].join(".");
    hmac::verify(&hmac::Key::new(hmac::HMAC_SHA256, &KEY), signed.as_bytes(), &signature).unwrap();
    let body: Value = serde_json::from_str(&request.body).unwrap();
    let ada = Person::ada();
    for secret in [&ada.email, &ada.phone_number, &ada.name, &ada.password] {
        assert!(!request.body.contains(secret), "{}", request.body);
    }
    Delivery { id, timestamp: timestamp.parse().unwrap(), body, status }
}
