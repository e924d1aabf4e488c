//! A proxy to PostgreSQL that delays what the client sends, but not what the server answers. Statements that
//! are sent together are delayed only once.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio::time::Instant;

use crate::Failure;

/// The maximum number of bytes that are forwarded at once.
const CHUNK: usize = 16 * 1024;

/// A proxy with an adjustable delay.
pub struct DelayProxy {
    /// The address on which the proxy listens.
    pub address: SocketAddr,
    delay: Arc<AtomicU64>,
}

impl DelayProxy {
    /// Starts a proxy to a server. It runs until the process ends.
    pub fn to(server: (String, u16)) -> Result<Self, Failure> {
        let listener = std::net::TcpListener::bind("127.0.0.1:0")?;
        listener.set_nonblocking(true)?;
        let address = listener.local_addr()?;
        let delay = Arc::new(AtomicU64::new(0));
        let microseconds = delay.clone();
        std::thread::spawn(move || -> Result<(), Failure> {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
            runtime.block_on(async {
                let listener = TcpListener::from_std(listener)?;
                loop {
                    let (client, _) = listener.accept().await?;
                    let server = TcpStream::connect((server.0.as_str(), server.1)).await?;
                    client.set_nodelay(true)?;
                    server.set_nodelay(true)?;
                    let (from_client, mut to_client) = client.into_split();
                    let (mut from_server, to_server) = server.into_split();
                    tokio::spawn(forward_delayed(from_client, to_server, microseconds.clone()));
                    tokio::spawn(async move { tokio::io::copy(&mut from_server, &mut to_client).await });
                }
            })
        });
        Ok(Self { address, delay })
    }

    /// Sets the delay of everything that is sent from now on.
    pub fn set_delay(&self, delay: Duration) {
        self.delay.store(u64::try_from(delay.as_micros()).unwrap_or(u64::MAX), Ordering::Relaxed);
    }
}

async fn forward_delayed(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, microseconds: Arc<AtomicU64>) {
    let (sender, mut in_transit) = mpsc::unbounded_channel::<(Instant, Vec<u8>)>();
    tokio::spawn(async move {
        while let Some((due, bytes)) = in_transit.recv().await {
            tokio::time::sleep_until(due).await;
            if to.write_all(&bytes).await.is_err() {
                return;
            }
        }
    });
    let mut buffer = vec![0; CHUNK];
    while let Ok(read @ 1..) = from.read(&mut buffer).await {
        let due = Instant::now() + Duration::from_micros(microseconds.load(Ordering::Relaxed));
        let bytes = buffer.get(..read).unwrap_or_default().to_vec();
        if sender.send((due, bytes)).is_err() {
            return;
        }
    }
}
