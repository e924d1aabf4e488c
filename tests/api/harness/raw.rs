//! A connection that sends whatever the test wants: what no HTTP client would.

use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::Server;

/// Longer than any of the server's own limits: a test that meets this has failed.
const PATIENCE: Duration = Duration::from_secs(30);

/// A connection to the API.
pub struct Raw(TcpStream);

impl Raw {
    pub async fn open(server: &Server) -> Self {
        Self(TcpStream::connect(server.api.strip_prefix("http://").unwrap()).await.unwrap())
    }

    /// Sends bytes; the server may have hung up already.
    pub async fn send(&mut self, bytes: impl AsRef<[u8]>) {
        let _ = self.0.write_all(bytes.as_ref()).await;
    }

    /// Hangs up, as a client that crashes does: the server is told at once, and nothing that it sends arrives.
    pub fn reset(self) {
        self.0.set_zero_linger().unwrap();
    }

    /// One byte a second, until the server hangs up or there are no more: what the server has said by then.
    pub async fn dribble(mut self, bytes: &[u8]) -> String {
        let mut ticks = tokio::time::interval(Duration::from_secs(1));
        let mut said = [0; 4096];
        for byte in bytes {
            ticks.tick().await;
            self.send([*byte]).await;
            // What has come meanwhile, without waiting for it.
            match self.0.try_read(&mut said) {
                Ok(length) => return String::from_utf8_lossy(&said[..length]).into_owned(),
                Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => {}
                Err(_) => return String::new(),
            }
        }
        self.rest().await
    }

    /// The head of the next answer and what has come of its body.
    pub async fn answer(&mut self) -> String {
        let mut bytes = vec![0; 4096];
        let length =
            tokio::time::timeout(PATIENCE, self.0.read(&mut bytes)).await.expect("no answer").unwrap();
        String::from_utf8_lossy(&bytes[..length]).into_owned()
    }

    /// Everything until the server hangs up, which it must.
    pub async fn rest(&mut self) -> String {
        let mut bytes = Vec::new();
        // A reset is an end too.
        let read = self.0.read_to_end(&mut bytes);
        let _ = tokio::time::timeout(PATIENCE, read).await.expect("the server keeps the connection open");
        String::from_utf8_lossy(&bytes).into_owned()
    }

    /// Sends bytes and reads everything until the server hangs up.
    pub async fn exchange(server: &Server, bytes: impl AsRef<[u8]>) -> String {
        let mut raw = Self::open(server).await;
        raw.send(bytes).await;
        raw.rest().await
    }
}

/// The status of the one answer that came; 0 where none came.
pub fn only_status(answers: &str) -> u16 {
    assert!(answers.matches("HTTP/1.1 ").count() <= 1, "more than one answer: {answers}");
    answers.strip_prefix("HTTP/1.1 ").map_or(0, |rest| rest[..3].parse().unwrap())
}
