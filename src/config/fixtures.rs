//! Reads a file of fixtures: JSON if its name ends with `.json`, otherwise TOML.

use std::path::Path;

use config::{Config, File, FileFormat};
use serde_json::Value;

use super::ConfigError;

/// Reads a file of fixtures.
///
/// # Errors
/// If the file cannot be read or parsed.
pub fn read_fixtures(path: &Path) -> Result<Value, ConfigError> {
    let wrong = |error: &dyn std::fmt::Display| ConfigError(format!("{}: {error}", path.display()));
    if path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("json")) {
        let bytes = std::fs::read(path).map_err(|error| wrong(&error))?;
        return serde_json::from_slice(&bytes).map_err(|error| wrong(&error));
    }
    let text = std::fs::read_to_string(path).map_err(|error| wrong(&error))?;
    let file = Config::builder().add_source(File::from_str(&text, FileFormat::Toml)).build();
    file.and_then(Config::try_deserialize).map_err(|error| wrong(&error))
}
