//! Where a request came from. Data to show and to record; what is decided by it is how often it may come.

use std::net::IpAddr;

use super::limits::standings::Standings;

/// Most characters of a user agent that are kept.
const MAX_USER_AGENT: usize = 256;

/// The client of a request.
#[derive(Debug, Clone)]
pub struct Client {
    /// Its address, as far as the proxies in front of the server are trusted to tell.
    pub ip_address: Option<IpAddr>,
    /// What it says that it is, shortened and without control characters.
    pub user_agent: Option<String>,
    /// What the limits said of the request.
    pub standings: Standings,
}

impl Client {
    /// A client as the request shows it.
    pub fn new(ip_address: Option<IpAddr>, user_agent: Option<&str>) -> Self {
        let user_agent = user_agent
            .map(|text| text.chars().filter(|c| !c.is_control()).take(MAX_USER_AGENT).collect::<String>())
            .filter(|text| !text.is_empty());
        Self { ip_address, user_agent, standings: Standings::default() }
    }
}
