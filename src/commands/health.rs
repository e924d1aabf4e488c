//! `countersign health`

use std::io::{Read, Write};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpStream, ToSocketAddrs};
use std::time::Duration;

use clap::Args;
use countersign::config::Sources;

use super::Failure;

/// The timeout. A container's health check waits longer.
const TIMEOUT: Duration = Duration::from_secs(3);

/// The command's flags.
#[derive(Args)]
pub(super) struct Health {
    /// The server's address [default: the configured one on this machine]
    #[arg(value_name = "URL")]
    url: Option<String>,
}

impl Health {
    /// Sends the request over a plain socket. A health check runs every few seconds, and an HTTP client with
    /// TLS takes longer to start than the request takes.
    pub(super) fn run(self, sources: Sources) -> Result<(), Failure> {
        let host = match self.url {
            Some(url) => {
                let rest = url.strip_prefix("http://");
                let rest = rest.ok_or_else(|| Failure::Usage("the URL must begin with http://".into()))?;
                rest.split('/').next().unwrap_or_default().to_owned()
            }
            None => {
                let settings = Sources { honour_port: true, ..sources }.load()?;
                reachable_address(settings.server.listen).to_string()
            }
        };
        let status = readiness(&host).map_err(|error| Failure::Failed(format!("{host}: {error}")))?;
        match status.as_str() {
            "200" => Ok(()),
            other => Err(Failure::Failed(format!("{host} answers {other}"))),
        }
    }
}

/// Returns the address to connect to, which is loopback if the server listens on all addresses.
fn reachable_address(listen: SocketAddr) -> SocketAddr {
    let ip = match listen.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    };
    SocketAddr::new(ip, listen.port())
}

/// Returns the status of `GET /health/ready`.
fn readiness(host: &str) -> std::io::Result<String> {
    let with_port = if host.rsplit(']').next().is_some_and(|end| end.contains(':')) {
        host.to_owned()
    } else {
        format!("{host}:80")
    };
    let address = with_port.to_socket_addrs()?.next();
    let address = address.ok_or_else(|| std::io::Error::other("the host name has no address"))?;
    let mut stream = TcpStream::connect_timeout(&address, TIMEOUT)?;
    stream.set_read_timeout(Some(TIMEOUT))?;
    write!(stream, "GET /health/ready HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n")?;
    let mut head = [0; 12];
    stream.read_exact(&mut head)?;
    let head = String::from_utf8_lossy(&head);
    match head.strip_prefix("HTTP/1.1 ") {
        Some(status) => Ok(status.to_owned()),
        None => Err(std::io::Error::other("the answer is not HTTP")),
    }
}
