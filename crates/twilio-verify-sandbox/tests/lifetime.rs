//! A dropped sandbox leaves no thread and no open port. A test binary of its own, because it counts threads.

#![allow(clippy::unwrap_used, reason = "a helper of tests panics like a test")]

use std::io::Write;
use std::net::{TcpListener, TcpStream};
use std::time::{Duration, Instant};

use twilio_verify_sandbox::Sandbox;

fn threads() -> usize {
    std::fs::read_dir("/proc/self/task").unwrap().count()
}

#[test]
#[cfg(target_os = "linux")]
fn a_dropped_sandbox_leaves_no_thread_and_no_port() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let before = threads();
        let sandboxes = [Sandbox::start().await.unwrap(), Sandbox::start().await.unwrap()];
        assert!(threads() > before);
        let addresses = sandboxes.each_ref().map(Sandbox::address);
        // A request that waits for a message does not delay the end.
        let mut waiting = addresses.map(|address| TcpStream::connect(address).unwrap());
        for stream in &mut waiting {
            let request = "GET /sandbox/code?to=12015550123&wait=30 HTTP/1.1\r\nHost: localhost\r\n\r\n";
            stream.write_all(request.as_bytes()).unwrap();
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
        let start = Instant::now();
        drop(sandboxes);
        assert!(start.elapsed() < Duration::from_secs(1), "{:?}", start.elapsed());
        for address in addresses {
            TcpListener::bind(address).unwrap();
        }
        // A worker thread ends a moment after its server.
        while threads() > before && start.elapsed() < Duration::from_secs(5) {
            std::thread::sleep(Duration::from_millis(1));
        }
        assert_eq!(threads(), before);
    });
}
