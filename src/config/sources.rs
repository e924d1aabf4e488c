//! Where settings come from, and which of them wins.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use config::{Config, File, FileFormat, Value};

use super::misspelt;
use super::{ConfigError, Settings};

/// Every setting with its default, compiled in.
const DEFAULTS: &str = include_str!("../../config/default.toml");
/// What `dev` has instead.
const DEV: &str = include_str!("../../config/dev.toml");
/// Of the variables, what ours begin with.
pub(super) const PREFIX: &str = "COUNTERSIGN__";
/// Names under which Twilio's own examples know these settings.
const ALIASES: [(&str, &str); 3] = [
    ("TWILIO_ACCOUNT_SID", "twilio.account_sid"),
    ("TWILIO_AUTH_TOKEN", "twilio.auth_token"),
    ("TWILIO_VERIFICATION_SID", "twilio.verify_service_sid"),
];
/// The settings that may come from a file, by the variable's name with `_FILE` after it.
const SECRETS: [&str; 7] = [
    "database.url",
    "tokens.secret",
    "twilio.account_sid",
    "twilio.auth_token",
    "twilio.api_key_secret",
    "webhooks.url",
    "webhooks.secret",
];

/// The sources beside the environment.
#[derive(Debug, Clone, Default)]
pub struct Sources {
    /// `--config FILE`
    pub file: Option<PathBuf>,
    /// Whether the defaults are `dev`'s.
    pub dev: bool,
    /// Whether the variable `PORT` counts.
    pub honour_port: bool,
    /// What the command line says: a setting's name and its value.
    pub flags: Vec<(&'static str, String)>,
}

impl Sources {
    /// Reads every source, `.env` of the working directory and the environment included.
    ///
    /// # Errors
    /// When a source cannot be read, or names a setting that does not exist.
    pub fn load(&self) -> Result<Settings, ConfigError> {
        self.load_with(&variables()?)
    }

    /// The variables that name a file with a secret, and the files.
    ///
    /// # Errors
    /// When `.env` cannot be read.
    pub fn secret_files() -> Result<Vec<(String, PathBuf)>, ConfigError> {
        let names_file = |variable: &str| variable.strip_suffix("_FILE").is_some_and(is_ours);
        let files = variables()?.into_iter().filter(|(variable, _)| names_file(variable));
        Ok(files.map(|(variable, path)| (variable, path.into())).collect())
    }

    fn load_with(&self, variables: &BTreeMap<String, String>) -> Result<Settings, ConfigError> {
        let unreadable = |error: config::ConfigError| ConfigError(format!("configuration: {error}"));
        let known = Config::builder()
            .add_source(File::from_str(DEFAULTS, FileFormat::Toml))
            .build()
            .map_err(unreadable)?;
        let mut builder = Config::builder().add_source(known.clone());
        if self.dev {
            builder = builder.add_source(File::from_str(DEV, FileFormat::Toml));
        }
        if let Some(path) = &self.file {
            builder = builder.add_source(File::from(path.as_path()).format(FileFormat::Toml));
        }
        if let Some(port) = variables.get("PORT").filter(|_| self.honour_port) {
            if port.parse::<u16>().is_err() {
                return Err(ConfigError(format!("PORT: {port} is not a port, a number from 0 to 65535")));
            }
            let listen = format!("0.0.0.0:{port}");
            builder = builder.set_override("server.listen", listen).map_err(unreadable)?;
        }
        for (name, value) in from_variables(variables, &known)? {
            builder = builder.set_override(name, value).map_err(unreadable)?;
        }
        for (name, value) in &self.flags {
            builder = builder.set_override(*name, value.as_str()).map_err(unreadable)?;
        }
        builder.build().and_then(Config::try_deserialize).map_err(unreadable)
    }
}

/// What `.env` of the working directory says, and the environment, which wins: under whichever name of a setting.
fn variables() -> Result<BTreeMap<String, String>, ConfigError> {
    let environment: BTreeMap<String, String> = std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
        .collect();
    let meant: BTreeSet<String> = environment.keys().filter_map(|variable| meaning(variable)).collect();
    let mut variables = dot_env(Path::new(".env"))?;
    // Of each source by itself: what the environment says in one way overrules what `.env` says in another.
    let known = setting_names()?;
    let wrong =
        [misspelt::complaints(&variables, &known), misspelt::complaints(&environment, &known)].concat();
    if !wrong.is_empty() {
        return Err(ConfigError(wrong.join("\n")));
    }
    variables.retain(|variable, _| meaning(variable).is_none_or(|setting| !meant.contains(&setting)));
    variables.extend(environment);
    Ok(variables)
}

/// Whether a variable, without `_FILE`, is one that may name a setting.
pub(super) fn is_ours(variable: &str) -> bool {
    variable.starts_with(PREFIX) || ALIASES.iter().any(|(alias, _)| *alias == variable)
}

/// Every setting's name, such as `server.listen`.
fn setting_names() -> Result<Vec<String>, ConfigError> {
    let unreadable = |error: config::ConfigError| ConfigError(format!("configuration: {error}"));
    let defaults = Config::builder().add_source(File::from_str(DEFAULTS, FileFormat::Toml)).build();
    let sections: BTreeMap<String, BTreeMap<String, Value>> =
        defaults.and_then(Config::try_deserialize).map_err(unreadable)?;
    let names = |(section, settings): (String, BTreeMap<String, Value>)| {
        settings.into_keys().map(move |key| format!("{section}.{key}")).collect::<Vec<_>>()
    };
    Ok(sections.into_iter().flat_map(names).collect())
}

/// What a file `.env` says; nothing where there is none. Its lines hold secrets, so none is repeated.
fn dot_env(path: &Path) -> Result<BTreeMap<String, String>, ConfigError> {
    let unreadable = |error: dotenvy::Error| {
        ConfigError(match error {
            dotenvy::Error::LineParse(line, _) => match name_of_line(&line) {
                Some(name) => format!(".env: the value of {name} cannot be read: are its quotes closed?"),
                None => ".env: there is a line that is not NAME=value".into(),
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

/// The settings among the variables. Values stay text: what a number or a list is, the types decide, and a
/// secret of digits is no number.
fn from_variables(
    variables: &BTreeMap<String, String>,
    known: &Config,
) -> Result<Vec<(String, String)>, ConfigError> {
    let (mut settings, mut wrong) = (Vec::new(), Vec::new());
    // Our own name of a setting wins over Twilio's: the last one counts.
    let (ours, twilios): (Vec<_>, Vec<_>) = variables.iter().partition(|(name, _)| name.starts_with(PREFIX));
    for (variable, value) in twilios.into_iter().chain(ours) {
        match setting_of(variable, known) {
            Some(Ok((name, Source::Value))) => settings.push((name, value.clone())),
            Some(Ok((name, Source::File))) => match std::fs::read_to_string(value) {
                Ok(text) => settings.push((name, text.trim().to_owned())),
                Err(error) => wrong.push(format!("{variable}: {value}: {error}")),
            },
            Some(Err(())) => wrong.push(misspelt::unknown(variable, &setting_names()?)),
            None => {}
        }
    }
    if wrong.is_empty() { Ok(settings) } else { Err(ConfigError(wrong.join("\n"))) }
}

enum Source {
    Value,
    File,
}

/// Which setting a variable means; `None` where it is none of ours.
fn setting_of(variable: &str, known: &Config) -> Option<Result<(String, Source), ()>> {
    let name = meaning(variable)?;
    let source = if variable.ends_with("_FILE") { Source::File } else { Source::Value };
    let exists = name.split('.').count() == 2 && known.get::<Value>(&name).is_ok();
    let may_be_file = matches!(source, Source::Value) || SECRETS.contains(&name.as_str());
    Some(if exists && may_be_file { Ok((name, source)) } else { Err(()) })
}

/// The name of the setting that a variable would mean, if there is one of that name; `None` where it is none of ours.
fn meaning(variable: &str) -> Option<String> {
    let base = variable.strip_suffix("_FILE").unwrap_or(variable);
    match ALIASES.iter().find(|(alias, _)| *alias == base) {
        Some((_, name)) => Some((*name).to_owned()),
        None => Some(base.strip_prefix(PREFIX)?.to_lowercase().replace("__", ".")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use secrecy::ExposeSecret;

    fn load(dev: bool, variables: &[(&str, &str)]) -> Result<Settings, ConfigError> {
        let variables = variables.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect();
        Sources { dev, honour_port: true, ..Sources::default() }.load_with(&variables)
    }

    #[test]
    fn the_defaults_are_a_configuration() {
        let settings = load(false, &[]).unwrap();
        assert_eq!(settings.server.listen.to_string(), "127.0.0.1:3000");
        assert_eq!(settings.passwords.memory_kib, 19_456);
        assert_eq!(load(true, &[]).unwrap().passwords.memory_kib, 1024);
    }

    #[test]
    fn variables_win_and_secrets_stay_text() {
        let settings = load(
            false,
            &[
                ("COUNTERSIGN__SERVER__LISTEN", "0.0.0.0:80"),
                ("COUNTERSIGN__SERVER__ALLOWED_ORIGINS", "https://a.example, https://b.example"),
                ("COUNTERSIGN__CODES__CHANNELS", "call"),
                ("TWILIO_AUTH_TOKEN", "0123456789e5"),
                ("TWILIO_ACCOUNT_SID", "ACtwilio"),
                ("COUNTERSIGN__TWILIO__ACCOUNT_SID", "ACours"),
                ("PORT", "8080"),
                ("HOME", "/root"),
            ],
        )
        .unwrap();
        assert_eq!(settings.server.listen.port(), 80);
        assert_eq!(settings.server.allowed_origins.len(), 2);
        assert_eq!(settings.codes.channels.len(), 1);
        assert_eq!(settings.twilio.account_sid, "ACours");
        assert_eq!(settings.twilio.auth_token.expose_secret(), "0123456789e5");
        assert_eq!(load(false, &[("PORT", "8080")]).unwrap().server.listen.to_string(), "0.0.0.0:8080");
    }

    #[test]
    fn unknown_settings_are_refused_by_name() {
        for name in ["COUNTERSIGN__SERVER__LISTN", "COUNTERSIGN__MODE", "COUNTERSIGN__LOG__LEVEL_FILE"] {
            let error = load(false, &[(name, "x")]).unwrap_err().to_string();
            assert!(error.contains(name), "{error}");
        }
        let error = load(false, &[("COUNTERSIGN__LOG__LEVEL", "loud")]).unwrap_err().to_string();
        assert!(error.contains("loud"), "{error}");
    }
}
