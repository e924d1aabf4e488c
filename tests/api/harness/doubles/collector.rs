//! A collector of traces (OTLP over HTTP).

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::KeyValue;
use opentelemetry_proto::tonic::common::v1::any_value::Value;
use prost::Message;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// A received span.
#[derive(Debug, Clone)]
pub struct Span {
    pub service: String,
    pub trace_id: String,
    pub id: String,
    pub parent_id: String,
    pub name: String,
    pub attributes: BTreeMap<String, String>,
    pub failed: bool,
}

/// A collector on a port of its own.
pub struct Collector {
    pub url: String,
    taken: Arc<Mutex<Vec<Vec<u8>>>>,
    server: JoinHandle<()>,
}

impl Collector {
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let taken = Arc::<Mutex<Vec<Vec<u8>>>>::default();
        let serving = taken.clone();
        let server = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, serving.clone()));
            }
        });
        Self { url, taken, server }
    }

    /// The received bytes.
    pub fn bytes(&self) -> Vec<u8> {
        self.taken.lock().unwrap().concat()
    }

    /// The received spans.
    pub fn spans(&self) -> Vec<Span> {
        let mut spans = Vec::new();
        for body in self.taken.lock().unwrap().iter() {
            let request = ExportTraceServiceRequest::decode(body.as_slice()).unwrap();
            for resource in request.resource_spans {
                let service = attributes(&resource.resource.unwrap().attributes)["service.name"].clone();
                for span in resource.scope_spans.into_iter().flat_map(|scope| scope.spans) {
                    assert!(span.start_time_unix_nano <= span.end_time_unix_nano);
                    assert!(span.events.is_empty(), "a span must not hold log lines: {span:?}");
                    spans.push(Span {
                        service: service.clone(),
                        trace_id: hex(&span.trace_id),
                        id: hex(&span.span_id),
                        parent_id: hex(&span.parent_span_id),
                        name: span.name,
                        attributes: attributes(&span.attributes),
                        failed: span.status.is_some_and(|status| status.code == 2),
                    });
                }
            }
        }
        spans
    }
}

impl Drop for Collector {
    fn drop(&mut self) {
        self.server.abort();
    }
}

async fn serve(mut stream: TcpStream, taken: Arc<Mutex<Vec<Vec<u8>>>>) {
    let mut bytes = Vec::new();
    loop {
        let mut buffer = [0; 16 * 1024];
        match stream.read(&mut buffer).await {
            Ok(0) | Err(_) => return,
            Ok(length) => bytes.extend_from_slice(&buffer[..length]),
        }
        let Some(end) = bytes.windows(4).position(|window| window == b"\r\n\r\n") else { continue };
        let head = String::from_utf8(bytes[..end].to_vec()).unwrap().to_lowercase();
        assert!(head.starts_with("post /v1/traces http/1.1"), "{head}");
        assert!(head.contains("content-type: application/x-protobuf"), "{head}");
        let length = head.split("content-length: ").nth(1).unwrap();
        let length: usize = length.lines().next().unwrap().trim().parse().unwrap();
        if bytes.len() < end + 4 + length {
            continue;
        }
        taken.lock().unwrap().push(bytes[end + 4..end + 4 + length].to_vec());
        bytes.drain(..end + 4 + length);
        if stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").await.is_err() {
            return;
        }
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn attributes(list: &[KeyValue]) -> BTreeMap<String, String> {
    let text = |value: &KeyValue| match value.value.as_ref().and_then(|value| value.value.as_ref()) {
        Some(Value::StringValue(text)) => text.clone(),
        Some(Value::IntValue(number)) => number.to_string(),
        other => format!("{other:?}"),
    };
    list.iter().map(|pair| (pair.key.clone(), text(pair))).collect()
}
