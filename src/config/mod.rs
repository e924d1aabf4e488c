//! The configuration. It is read and checked once at start. `config/default.toml` documents every setting.

mod check;
mod component_settings;
mod dot_env;
mod fixtures;
mod limits;
mod list;
mod settings;
mod sources;
mod test_mode;
mod variable_errors;
mod variable_names;

pub use check::{Deployment, Problems};
pub use fixtures::read_fixtures;
pub use limits::Limits;
pub use settings::{Codes, Database, Log, LogFormat, Passwords, Server, Settings, Tokens, Twilio};
pub use sources::Sources;

/// The error of an invalid configuration. Each line of the message says what to change.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct ConfigError(pub String);
