//! HTTP over a plain TCP stream, for what an HTTP client hides.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::*;

impl Sandbox {
    /// Posts a form to the default service and returns all bytes until the sandbox closes the connection.
    pub(super) async fn post_raw(&self, path: &str, form: &str) -> String {
        let mut stream = self.open_raw(path, form).await;
        let mut bytes = Vec::new();
        // Without `Connection: close`: the sandbox must close the connection.
        stream.read_to_end(&mut bytes).await.unwrap();
        String::from_utf8(bytes).unwrap()
    }

    /// Posts a form to the default service and returns the connection without reading from it.
    pub(super) async fn open_raw(&self, path: &str, form: &str) -> TcpStream {
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
