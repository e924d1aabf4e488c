//! The client of a request: data to show and to record. Only rate limits decide by it.

use std::net::IpAddr;

use super::limits::limit_report::LimitReport;

/// The most characters of a user agent that are stored.
const MAX_USER_AGENT: usize = 256;

/// The client of a request.
#[derive(Debug, Clone)]
pub struct Client {
    /// Its address, from trusted proxies if there are any.
    pub ip_address: Option<IpAddr>,
    /// Its `User-Agent`, shortened and without control characters.
    pub user_agent: Option<String>,
    /// What the limits decided about the request.
    pub limits: LimitReport,
}

impl Client {
    /// Describes the client of a request.
    pub fn new(ip_address: Option<IpAddr>, user_agent: Option<&str>) -> Self {
        let user_agent = user_agent
            .map(|text| text.chars().filter(|c| !c.is_control()).take(MAX_USER_AGENT).collect::<String>())
            .filter(|text| !text.is_empty());
        Self { ip_address, user_agent, limits: LimitReport::default() }
    }
}
