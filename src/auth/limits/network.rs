//! The parts of a client's address that limits count.

use std::net::{IpAddr, Ipv6Addr};

use ipnet::IpNet;

/// Bits of an IPv6 address that identify a customer (RFC 6177). A client can choose the rest.
const IPV6_HOST: u8 = 64;
/// Bits of a network that one company or one attacker may have completely.
const IPV4_NETWORK: u8 = 24;
/// The same for IPv6 (RFC 6177: a site gets a /48 to a /56).
const IPV6_NETWORK: u8 = 48;

/// Returns the client: an IPv4 address, or a /64.
pub(crate) fn host(address: Option<IpAddr>) -> String {
    text(address, 32, IPV6_HOST)
}

/// Returns the network of the client: a /24, or a /48.
pub(crate) fn network(address: Option<IpAddr>) -> String {
    text(address, IPV4_NETWORK, IPV6_NETWORK)
}

/// Clients without a known address share one count.
fn text(address: Option<IpAddr>, ipv4: u8, ipv6: u8) -> String {
    let address = address.unwrap_or(IpAddr::V6(Ipv6Addr::UNSPECIFIED)).to_canonical();
    let bits = if address.is_ipv4() { ipv4 } else { ipv6 };
    IpNet::new(address, bits).map_or_else(|_| address.to_string(), |network| network.trunc().to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_one_client_can_choose_is_left_out() {
        let both = |text: &str| {
            let address = text.parse().ok();
            (host(address), network(address))
        };
        let of = |host: &str, network: &str| (host.to_owned(), network.to_owned());
        assert_eq!(both("192.0.2.77"), of("192.0.2.77/32", "192.0.2.0/24"));
        assert_eq!(both("::ffff:192.0.2.77"), both("192.0.2.77"));
        assert_eq!(both("2001:db8:1:2:3:4:5:6"), of("2001:db8:1:2::/64", "2001:db8:1::/48"));
        assert_eq!(both("none"), of("::/64", "::/48"));
    }
}
