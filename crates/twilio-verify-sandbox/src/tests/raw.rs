//! What reaches a client byte by byte: what an HTTP client would not tell.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::*;

impl Sandbox {
    /// Everything that comes until the sandbox hangs up, for one request to the well-known service.
    pub(super) async fn raw(&self, path: &str, form: &str) -> String {
        let mut stream = self.raw_begun(path, form).await;
        let mut bytes = Vec::new();
        // Not `Connection: close`: it is the sandbox that must end it.
        stream.read_to_end(&mut bytes).await.unwrap();
        String::from_utf8(bytes).unwrap()
    }

    /// A connection on which a request was sent.
    pub(super) async fn raw_begun(&self, path: &str, form: &str) -> TcpStream {
        let mut stream = TcpStream::connect(self.address).await.unwrap();
        let credentials = STANDARD.encode(format!("{ACCOUNT_SID}:{AUTH_TOKEN}"));
        let request = format!(
            "POST /v2/Services/{SERVICE_SID}{path} HTTP/1.1\r\nHost: localhost\r\n\
             Authorization: Basic {credentials}\r\nContent-Type: application/x-www-form-urlencoded\r\n\
             Content-Length: {}\r\n\r\n{form}",
            form.len()
        );
        stream.write_all(request.as_bytes()).await.unwrap();
        stream
    }
}
