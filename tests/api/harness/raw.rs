//! A connection that sends any bytes, including what no HTTP client would send.

use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::Server;

/// Longer than any of the server's own limits.
const PATIENCE: Duration = Duration::from_secs(30);

/// A connection to the API.
pub struct Raw(TcpStream);

impl Raw {
    pub async fn open(server: &Server) -> Self {
        Self(TcpStream::connect(server.api.strip_prefix("http://").unwrap()).await.unwrap())
    }

    /// Sends bytes. The server may have closed the connection.
    pub async fn send(&mut self, bytes: impl AsRef<[u8]>) {
        let _ = self.0.write_all(bytes.as_ref()).await;
    }

    /// Resets the connection like a client that crashes: the server notices at once, and its answer is lost.
    pub fn reset(self) {
        self.0.set_zero_linger().unwrap();
    }

    /// Sends one byte per second until the server closes the connection or all are sent. Returns the answer.
    pub async fn dribble(mut self, bytes: &[u8]) -> String {
        let mut ticks = tokio::time::interval(Duration::from_secs(1));
        let mut buffer = [0; 4096];
        for byte in bytes {
            ticks.tick().await;
            self.send([*byte]).await;
            // Read what has arrived, without waiting.
            match self.0.try_read(&mut buffer) {
                Ok(length) => return String::from_utf8_lossy(&buffer[..length]).into_owned(),
                Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => {}
                Err(_) => return String::new(),
            }
        }
        self.rest().await
    }

    /// The next bytes of the answer: its head and what has arrived of its body.
    pub async fn answer(&mut self) -> String {
        let mut bytes = vec![0; 4096];
        let length =
            tokio::time::timeout(PATIENCE, self.0.read(&mut bytes)).await.expect("no answer").unwrap();
        String::from_utf8_lossy(&bytes[..length]).into_owned()
    }

    /// Everything until the server closes the connection, which it must do.
    pub async fn rest(&mut self) -> String {
        let mut bytes = Vec::new();
        // A reset closes the connection, too.
        let read = self.0.read_to_end(&mut bytes);
        let _ = tokio::time::timeout(PATIENCE, read).await.expect("the server keeps the connection open");
        String::from_utf8_lossy(&bytes).into_owned()
    }

    /// Sends bytes and reads until the server closes the connection.
    pub async fn exchange(server: &Server, bytes: impl AsRef<[u8]>) -> String {
        let mut raw = Self::open(server).await;
        raw.send(bytes).await;
        raw.rest().await
    }
}

/// The status of the only answer; 0 if there is none.
pub fn only_status(answers: &str) -> u16 {
    assert!(answers.matches("HTTP/1.1 ").count() <= 1, "more than one answer: {answers}");
    answers.strip_prefix("HTTP/1.1 ").map_or(0, |rest| rest[..3].parse().unwrap())
}
