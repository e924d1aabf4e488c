//! Reads the file `.env`.

use std::collections::BTreeMap;
use std::path::Path;

use super::ConfigError;

/// Returns the variables of a file `.env`, none if it does not exist. Errors do not repeat its lines, because
/// they can hold secrets.
pub(super) fn read_dot_env(path: &Path) -> Result<BTreeMap<String, String>, ConfigError> {
    let unreadable = |error: dotenvy::Error| {
        ConfigError(match error {
            dotenvy::Error::LineParse(line, _) => match name_of_line(&line) {
                Some(name) => format!(".env: the value of {name} cannot be parsed. Close its quotes."),
                None => ".env: a line is not of the form NAME=value. Correct or remove it.".into(),
            },
            other => format!(".env: {other}"),
        })
    };
    if !path.exists() {
        return Ok(BTreeMap::new());
    }
    dotenvy::from_path_iter(path).map_err(unreadable)?.collect::<Result<_, _>>().map_err(unreadable)
}

fn name_of_line(line: &str) -> Option<&str> {
    let (name, _) = line.split_once('=')?;
    let is_name = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    is_name.then_some(name)
}
