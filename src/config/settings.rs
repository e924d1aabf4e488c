//! Every setting, as a type. The names and their meaning stand in `config/default.toml`.

use std::net::{IpAddr, SocketAddr};

use ipnet::IpNet;
use secrecy::SecretString;
use serde::Deserialize;
use serde::de::{Deserializer, Error as _};

use super::limits::Limits;
use super::list::list;
use crate::auth::{EventKind, Region};
use twilio_verify::{Channel, LineType};

/// The whole configuration.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// The HTTP server.
    pub server: Server,
    /// The database.
    pub database: Database,
    /// The tokens.
    pub tokens: Tokens,
    /// The passwords' hashes.
    pub passwords: Passwords,
    /// The codes.
    pub codes: Codes,
    /// How often what may be tried.
    pub limits: Limits,
    /// Who has what is one user's alone.
    pub users: Users,
    /// What is recorded of users.
    pub activity: Activity,
    /// What is deleted by itself.
    pub housekeeping: Housekeeping,
    /// Twilio.
    pub twilio: Twilio,
    /// Webhooks.
    pub webhooks: Webhooks,
    /// The figures.
    pub metrics: Metrics,
    /// The traces.
    pub telemetry: Telemetry,
    /// The log.
    pub log: Log,
}

/// `[server]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Server {
    /// Where the API listens.
    #[serde(deserialize_with = "address")]
    pub listen: SocketAddr,
    /// Threads that serve requests; 0 means one per core.
    pub workers: usize,
    /// Proxies whose `X-Forwarded-For` is believed.
    #[serde(deserialize_with = "networks")]
    pub trusted_proxies: Vec<IpNet>,
    /// Origins that may call from a browser.
    #[serde(deserialize_with = "list")]
    pub allowed_origins: Vec<String>,
    /// Seconds for which readiness fails before connections are closed.
    pub drain_seconds: u64,
    /// Seconds that begun requests get to finish.
    pub shutdown_seconds: u64,
}

/// `[database]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Database {
    /// Which one; may hold a password.
    pub url: SecretString,
    /// Connections of PostgreSQL's pool.
    pub max_connections: usize,
    /// Whether `serve` migrates.
    pub migrate: bool,
}

/// `[tokens]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tokens {
    /// The deployment's secret.
    pub secret: SecretString,
    /// `iss`
    pub issuer: String,
    /// `aud` of access tokens.
    pub audience: String,
    /// `client_id` of access tokens.
    pub client_id: String,
    /// Seconds that a password-ok token lives.
    pub password_ok_seconds: u32,
    /// Seconds that an access token lives.
    pub access_seconds: u32,
    /// Seconds that a new key is published before it signs.
    pub key_lead_seconds: u32,
    /// Days that a session lives.
    pub session_days: u32,
    /// Days that a session lives without a refresh.
    pub session_idle_days: u32,
    /// Seconds that the previous refresh token still gets the current one.
    pub refresh_grace_seconds: u32,
}

/// `[passwords]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Passwords {
    /// Argon2's memory, in KiB.
    pub memory_kib: u32,
    /// Argon2's passes.
    pub iterations: u32,
    /// Argon2's lanes.
    pub parallelism: u32,
    /// Whether the CPU's vectors are used.
    pub simd: bool,
    /// Hashing threads; 0 means one per core.
    pub threads: usize,
    /// Hashes that may wait.
    pub queue: usize,
}

/// `[codes]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Codes {
    /// How codes may travel, the default first.
    #[serde(deserialize_with = "list")]
    pub channels: Vec<Channel>,
    /// Whether codes are sent by email too.
    pub email_channel: bool,
    /// The regions to whose numbers codes go.
    #[serde(deserialize_with = "list")]
    pub regions: Vec<Region>,
    /// Digits of a code.
    pub length: u8,
    /// Android apps that may read the message.
    #[serde(deserialize_with = "list")]
    pub android_app_hashes: Vec<String>,
    /// Twilio's message template; empty: the service's own.
    pub template_sid: String,
}

/// `[users]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Users {
    /// Hours for which a sign-up whose phone was never proved keeps others out.
    pub unverified_hours: u32,
}

/// `[activity]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Activity {
    /// Days that activities are kept.
    pub retention_days: u32,
}

/// `[housekeeping]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Housekeeping {
    /// Seconds from one run to the next; 0: never.
    pub interval_seconds: u32,
}

/// `[twilio]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Twilio {
    /// `AC…`
    pub account_sid: String,
    /// The account's auth token.
    pub auth_token: SecretString,
    /// `SK…`
    pub api_key_sid: String,
    /// The API key's secret.
    pub api_key_secret: SecretString,
    /// `VA…`
    pub verify_service_sid: String,
    /// Where Verify stands.
    pub base_url: String,
    /// Most calls under way at once.
    pub max_calls: usize,
    /// Whether Lookup is asked what kind of line a number is.
    pub lookup: bool,
    /// The kinds of lines to which no code goes then.
    #[serde(deserialize_with = "list")]
    pub lookup_refuse: Vec<LineType>,
}

/// `[webhooks]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Webhooks {
    /// Where events are sent; empty: nowhere. May hold a key.
    pub url: SecretString,
    /// What they are signed with.
    pub secret: SecretString,
    /// Which ones; empty: the usual ones.
    #[serde(deserialize_with = "list")]
    pub events: Vec<EventKind>,
}

/// `[metrics]`
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Metrics {
    /// Where they can be scraped; nowhere by default.
    #[serde(deserialize_with = "address_or_none")]
    pub listen: Option<SocketAddr>,
}

/// `[telemetry]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Telemetry {
    /// Where traces are sent; empty: nowhere.
    pub otlp_endpoint: String,
}

/// `[log]`
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Log {
    /// What is logged.
    #[serde(deserialize_with = "level")]
    pub level: tracing::Level,
    /// How it is written.
    pub format: LogFormat,
    /// Whether security events are logged, whatever the level is.
    pub audit: bool,
}

/// How the log is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// Lines for people.
    Text,
    /// A JSON object a line.
    Json,
}

fn address<'de, D: Deserializer<'de>>(deserializer: D) -> Result<SocketAddr, D::Error> {
    parse_address(&String::deserialize(deserializer)?).map_err(D::Error::custom)
}

fn parse_address(text: &str) -> Result<SocketAddr, String> {
    let examples = "such as 127.0.0.1:3000, 0.0.0.0:3000 or [::1]:3000";
    text.parse().map_err(|_| format!("{text} is not an IP address and a port {examples}"))
}

fn address_or_none<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<SocketAddr>, D::Error> {
    let text = String::deserialize(deserializer)?;
    if text.is_empty() { Ok(None) } else { parse_address(&text).map(Some).map_err(D::Error::custom) }
}

/// A network, or a single address.
struct Network(IpNet);

impl std::str::FromStr for Network {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let address = || text.parse::<IpAddr>().map(IpNet::from).ok();
        let network = text.parse().ok().or_else(address).map(Self);
        network.ok_or("not an IP address or a network such as 10.0.0.0/8 or fd00::/8")
    }
}

fn networks<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<IpNet>, D::Error> {
    let networks: Vec<Network> = list(deserializer)?;
    Ok(networks.into_iter().map(|network| network.0).collect())
}

fn level<'de, D: Deserializer<'de>>(deserializer: D) -> Result<tracing::Level, D::Error> {
    let text = String::deserialize(deserializer)?;
    text.parse().map_err(|_| D::Error::custom(format!("{text} is not error, warn, info, debug or trace")))
}
