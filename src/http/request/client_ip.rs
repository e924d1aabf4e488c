//! The IP address of a client. Any client can send `X-Forwarded-For`, so only the headers of configured
//! proxies are trusted.

use std::net::{IpAddr, Ipv6Addr, SocketAddr};

use actix_web::HttpRequest;
use ipnet::IpNet;

/// The networks of the trusted proxies in front of this server.
#[derive(Debug, Clone, Default)]
pub struct TrustedProxies(pub Vec<IpNet>);

impl TrustedProxies {
    /// Returns the address of the client. It is the address of the connection, unless that is a trusted
    /// proxy; then it is the right-most address of `X-Forwarded-For` that is not a trusted proxy.
    pub fn client_ip(&self, request: &HttpRequest) -> Option<IpAddr> {
        let peer = request.peer_addr().map(|address| address.ip().to_canonical())?;
        let named = request
            .headers()
            .get_all("x-forwarded-for")
            .flat_map(|value| value.as_bytes().split(|byte| *byte == b','))
            .map(address);
        Some(self.walk(peer, named.collect()))
    }

    fn walk(&self, peer: IpAddr, named: Vec<Option<IpAddr>>) -> IpAddr {
        let mut client = peer;
        for entry in named.into_iter().rev() {
            match entry {
                // An entry that cannot be parsed ends the chain.
                Some(next) if self.trusts(client) => client = next.to_canonical(),
                _ => break,
            }
        }
        client
    }

    fn trusts(&self, address: IpAddr) -> bool {
        self.0.iter().any(|network| network.contains(&address))
    }
}

/// Parses an entry of the header: an address with or without a port. An IPv6 address may be in brackets.
fn address(entry: &[u8]) -> Option<IpAddr> {
    let entry = std::str::from_utf8(entry).ok()?.trim();
    let with_port = || entry.parse::<SocketAddr>().ok().map(|address| address.ip());
    let in_brackets = || entry.strip_prefix('[')?.strip_suffix(']')?.parse::<Ipv6Addr>().ok().map(IpAddr::V6);
    entry.parse().ok().or_else(with_port).or_else(in_brackets)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn client(trusted: &[&str], peer: &str, forwarded: &[&str]) -> String {
        let proxies = TrustedProxies(trusted.iter().map(|network| network.parse().unwrap()).collect());
        proxies.walk(peer.parse().unwrap(), forwarded.iter().map(|ip| ip.parse().ok()).collect()).to_string()
    }

    /// Threats: a33.
    #[test]
    fn a_header_counts_only_as_far_as_proxies_are_trusted() {
        assert_eq!(client(&[], "10.0.0.1", &["1.2.3.4"]), "10.0.0.1");
        assert_eq!(client(&["10.0.0.0/8"], "10.0.0.1", &["1.2.3.4"]), "1.2.3.4");
        assert_eq!(client(&["10.0.0.0/8"], "10.0.0.1", &["6.6.6.6", "1.2.3.4", "10.0.0.9"]), "1.2.3.4");
        assert_eq!(client(&["10.0.0.0/8"], "9.9.9.9", &["1.2.3.4"]), "9.9.9.9");
        assert_eq!(client(&["10.0.0.0/8"], "10.0.0.1", &["1.2.3.4", "garbage"]), "10.0.0.1");
        assert_eq!(client(&["::1/128"], "::1", &["2001:db8::7"]), "2001:db8::7");
    }

    /// Threats: a33.
    #[test]
    fn an_entry_is_read_as_proxies_write_it() {
        let read = |entry: &str| address(entry.as_bytes()).map(|address| address.to_string());
        for (entry, expected) in [
            (" 192.0.2.1 ", "192.0.2.1"),
            ("192.0.2.1:4711", "192.0.2.1"),
            ("2001:db8::1", "2001:db8::1"),
            ("[2001:db8::1]:4711", "2001:db8::1"),
            ("[2001:db8::1]", "2001:db8::1"),
        ] {
            assert_eq!(read(entry).as_deref(), Some(expected), "{entry}");
        }
        for entry in ["", "unknown", "_hidden", "[192.0.2.1]", "[2001:db8::1", "2001:db8::1]", "[[::1]]"] {
            assert_eq!(read(entry), None, "{entry}");
        }
    }
}
