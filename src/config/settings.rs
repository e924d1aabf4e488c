//! The types of all settings. `config/default.toml` documents them.

use std::net::{IpAddr, SocketAddr};

use ipnet::IpNet;
use secrecy::SecretString;
use serde::Deserialize;
use serde::de::{Deserializer, Error as _};
use twilio_verify::{Channel, LineType};

use super::limits::Limits;
use super::list::list;
use crate::auth::{EventKind, Region};

/// The whole configuration.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// The HTTP server.
    pub server: Server,
    /// The database.
    pub database: Database,
    /// Tokens and sessions.
    pub tokens: Tokens,
    /// Password hashing.
    pub passwords: Passwords,
    /// One-time codes.
    pub codes: Codes,
    /// The rate limits.
    pub limits: Limits,
    /// Users.
    pub users: Users,
    /// The activities of users.
    pub activity: Activity,
    /// The deletion of old rows.
    pub housekeeping: Housekeeping,
    /// The Twilio account and service.
    pub twilio: Twilio,
    /// Webhooks.
    pub webhooks: Webhooks,
    /// The metrics.
    pub metrics: Metrics,
    /// Traces.
    pub telemetry: Telemetry,
    /// The log.
    pub log: Log,
}

/// `[server]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Server {
    /// The address that the API listens on.
    #[serde(deserialize_with = "address")]
    pub listen: SocketAddr,
    /// The number of threads that handle requests. 0 means one per core.
    pub workers: usize,
    /// The proxies whose header `X-Forwarded-For` is trusted.
    #[serde(deserialize_with = "networks")]
    pub trusted_proxies: Vec<IpNet>,
    /// The origins that may call the API from a browser.
    #[serde(deserialize_with = "list")]
    pub allowed_origins: Vec<String>,
    /// Seconds between the first failing readiness check and the closing of connections.
    pub drain_seconds: u64,
    /// Seconds that running requests have to finish.
    pub shutdown_seconds: u64,
}

/// `[database]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Database {
    /// The URL. It can contain a password.
    pub url: SecretString,
    /// The maximum number of connections to PostgreSQL.
    pub max_connections: usize,
    /// Whether `serve` applies migrations.
    pub migrate: bool,
}

/// `[tokens]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tokens {
    /// The deployment's secret.
    pub secret: SecretString,
    /// The claim `iss` of tokens.
    pub issuer: String,
    /// The claim `aud` of access tokens.
    pub audience: String,
    /// The claim `client_id` of access tokens.
    pub client_id: String,
    /// The lifetime of a password-ok token, in seconds.
    pub password_ok_seconds: u32,
    /// The lifetime of an access token, in seconds.
    pub access_seconds: u32,
    /// Seconds between the publication of a new key and its first use.
    pub key_lead_seconds: u32,
    /// The lifetime of a session, in days.
    pub session_days: u32,
    /// Days after which a session without a refresh expires.
    pub session_idle_days: u32,
    /// Seconds for which a replaced refresh token still returns the current one.
    pub refresh_grace_seconds: u32,
}

/// `[passwords]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Passwords {
    /// The memory of Argon2, in KiB.
    pub memory_kib: u32,
    /// The iterations of Argon2.
    pub iterations: u32,
    /// The parallelism of Argon2.
    pub parallelism: u32,
    /// Whether vector instructions are used.
    pub simd: bool,
    /// The number of hashing threads. 0 means one per core.
    pub threads: usize,
    /// The maximum number of waiting hashes.
    pub queue: usize,
}

/// `[codes]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Codes {
    /// The allowed channels, the default first.
    #[serde(deserialize_with = "list")]
    pub channels: Vec<Channel>,
    /// Whether codes are also sent by email.
    pub email_channel: bool,
    /// The countries and regions to whose numbers codes are sent.
    #[serde(deserialize_with = "list")]
    pub regions: Vec<Region>,
    /// The number of digits in a code.
    pub length: u8,
    /// The hashes of the Android apps that may read the message.
    #[serde(deserialize_with = "list")]
    pub android_app_hashes: Vec<String>,
    /// The SID of Twilio's message template. Empty means the default of the service.
    pub template_sid: String,
}

/// `[users]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Users {
    /// Hours after which another sign-up can replace a user who has never verified a code.
    pub unverified_hours: u32,
}

/// `[activity]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Activity {
    /// Days for which activities are kept.
    pub retention_days: u32,
}

/// `[housekeeping]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Housekeeping {
    /// Seconds between two runs. 0 means never.
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
    /// The secret of the API key.
    pub api_key_secret: SecretString,
    /// `VA…`
    pub verify_service_sid: String,
    /// The base URL of Verify.
    pub base_url: String,
    /// The maximum number of concurrent requests to Twilio.
    pub max_calls: usize,
    /// Whether Lookup is used to find the line type of a number.
    pub lookup: bool,
    /// The line types to which no codes are sent.
    #[serde(deserialize_with = "list")]
    pub lookup_refuse: Vec<LineType>,
}

/// `[webhooks]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Webhooks {
    /// The URL that events are sent to. Empty means that none are sent. It can contain a key.
    pub url: SecretString,
    /// The secret that signs the events.
    pub secret: SecretString,
    /// The events to send. Empty means the default ones.
    #[serde(deserialize_with = "list")]
    pub events: Vec<EventKind>,
}

/// `[metrics]`
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Metrics {
    /// The address at which they can be scraped, if any.
    #[serde(deserialize_with = "address_or_none")]
    pub listen: Option<SocketAddr>,
}

/// `[telemetry]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Telemetry {
    /// The URL that traces are sent to. Empty means that none are sent.
    pub otlp_endpoint: String,
}

/// `[log]`
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Log {
    /// The log level.
    #[serde(deserialize_with = "level")]
    pub level: tracing::Level,
    /// The format of the log.
    pub format: LogFormat,
    /// Whether security events are logged at every log level.
    pub audit: bool,
}

/// The format of the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// Text for people.
    Text,
    /// One JSON object per line.
    Json,
}

fn address<'de, D: Deserializer<'de>>(deserializer: D) -> Result<SocketAddr, D::Error> {
    parse_address(&String::deserialize(deserializer)?).map_err(D::Error::custom)
}

fn parse_address(text: &str) -> Result<SocketAddr, String> {
    let examples = "such as 127.0.0.1:3000, 0.0.0.0:3000 or [::1]:3000";
    text.parse().map_err(|_| format!("{text} is not an IP address and a port, {examples}"))
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
