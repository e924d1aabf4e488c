//! The configuration: read once, checked whole, handed down. `config/default.toml` is its manual.

mod check;
mod fixtures;
mod limits;
mod list;
mod misspelt;
mod parts;
mod settings;
mod sources;
mod test_mode;

pub use check::{Deployment, Missing};
pub use fixtures::read_fixtures;
pub use limits::Limits;
pub use settings::{Codes, Database, Log, LogFormat, Passwords, Server, Settings, Tokens, Twilio};
pub use sources::Sources;

/// The configuration cannot be used; each line of the message says what to change.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct ConfigError(pub String);
