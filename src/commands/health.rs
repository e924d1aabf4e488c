//! `countersign health`

use std::io::{Read, Write};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpStream, ToSocketAddrs};
use std::time::Duration;

use clap::Args;
use countersign::config::Sources;

use super::Failure;

/// How long to wait for an answer; a container's health check waits longer.
const TIMEOUT: Duration = Duration::from_secs(3);

/// The command's flags.
#[derive(Args)]
pub(super) struct Health {
    /// The server's address [default: the configured one on this machine]
    #[arg(value_name = "URL")]
    url: Option<String>,
}

impl Health {
    /// Asks by hand: a health check is run every few seconds, and a client with TLS would take longer to
    /// start than the answer takes to come.
    pub(super) fn run(self, sources: Sources) -> Result<(), Failure> {
        let host = match self.url {
            Some(url) => {
                let rest = url.strip_prefix("http://");
                let rest = rest.ok_or_else(|| Failure::Usage("the URL must begin with http://".into()))?;
                rest.split('/').next().unwrap_or_default().to_owned()
            }
            None => {
                let settings = Sources { honour_port: true, ..sources }.load()?;
                on_this_machine(settings.server.listen).to_string()
            }
        };
        let status = ask(&host).map_err(|error| Failure::Failed(format!("{host}: {error}")))?;
        match status.as_str() {
            "200" => Ok(()),
            other => Err(Failure::Failed(format!("{host} answers {other}"))),
        }
    }
}

/// Where to knock when a server listens on every address.
fn on_this_machine(listen: SocketAddr) -> SocketAddr {
    let ip = match listen.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    };
    SocketAddr::new(ip, listen.port())
}

/// The status of `GET /health/ready`.
fn ask(host: &str) -> std::io::Result<String> {
    let with_port = if host.rsplit(']').next().is_some_and(|end| end.contains(':')) {
        host.to_owned()
    } else {
        format!("{host}:80")
    };
    let address = with_port.to_socket_addrs()?.next();
    let address = address.ok_or_else(|| std::io::Error::other("the name leads nowhere"))?;
    let mut stream = TcpStream::connect_timeout(&address, TIMEOUT)?;
    stream.set_read_timeout(Some(TIMEOUT))?;
    write!(stream, "GET /health/ready HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n")?;
    let mut head = [0; 12];
    stream.read_exact(&mut head)?;
    let head = String::from_utf8_lossy(&head);
    match head.strip_prefix("HTTP/1.1 ") {
        Some(status) => Ok(status.to_owned()),
        None => Err(std::io::Error::other("that is no HTTP server")),
    }
}
