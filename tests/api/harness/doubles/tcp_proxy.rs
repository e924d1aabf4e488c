//! A proxy for TCP connections that a test can cut or freeze.

use std::net::SocketAddr;

use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

/// The state of the proxy.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum State {
    Up,
    /// Connections end, and new ones end at once.
    Down,
    /// Connections stay open, and no byte passes.
    Hangs,
}

/// A proxy that stops with the test.
pub struct TcpProxy {
    pub address: SocketAddr,
    state: watch::Sender<State>,
}

impl TcpProxy {
    /// Proxies to `host:port`. It runs on its own thread, because the test's thread waits for the server to
    /// start.
    pub fn to(target: String) -> Self {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        let address = listener.local_addr().unwrap();
        let (state, seen) = watch::channel(State::Up);
        std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(serve(listener, target, seen));
        });
        Self { address, state }
    }

    pub fn set(&self, state: State) {
        self.state.send_replace(state);
    }
}

/// Runs until the test ends.
async fn serve(listener: std::net::TcpListener, target: String, state: watch::Receiver<State>) {
    let listener = TcpListener::from_std(listener).unwrap();
    let mut ended = state.clone();
    let ended = async move { while ended.changed().await.is_ok() {} };
    let accept = async {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(carry(stream, target.clone(), state.clone()));
        }
    };
    tokio::select! {
        () = ended => {}
        () = accept => {}
    }
}

async fn carry(mut near: TcpStream, target: String, mut state: watch::Receiver<State>) {
    let copy = async {
        let mut far = TcpStream::connect(target).await?;
        copy_bidirectional(&mut near, &mut far).await
    };
    tokio::pin!(copy);
    loop {
        let now = *state.borrow_and_update();
        let changed = match now {
            State::Down => return,
            State::Hangs => state.changed().await,
            State::Up => tokio::select! {
                _ = &mut copy => return,
                changed = state.changed() => changed,
            },
        };
        if changed.is_err() {
            return;
        }
    }
}
