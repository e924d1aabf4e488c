//! The sources of settings, and their precedence: defaults, file, `PORT`, variables, command line.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use config::{Config, File, FileFormat, Value};

use super::dot_env::read_dot_env;
use super::variable_errors::{unknown_variable, variable_errors};
use super::variable_names::{FILE_SETTINGS, PREFIX, can_name_setting, setting_named_by};
use super::{ConfigError, Settings};

/// The defaults of all settings.
const DEFAULTS: &str = include_str!("../../config/default.toml");
/// The defaults that differ under `dev`.
const DEV: &str = include_str!("../../config/dev.toml");
/// The sources of settings besides the environment and `.env`.
#[derive(Debug, Clone, Default)]
pub struct Sources {
    /// The file of `--config FILE`.
    pub file: Option<PathBuf>,
    /// Whether the defaults are those of `dev`.
    pub dev: bool,
    /// Whether the variable `PORT` sets the port to listen on.
    pub honour_port: bool,
    /// The settings of the command line: names and values.
    pub flags: Vec<(&'static str, String)>,
}

impl Sources {
    /// Reads all sources, including the environment and the file `.env` of the working directory.
    ///
    /// # Errors
    /// If a source cannot be read or has an unknown setting.
    pub fn load(&self) -> Result<Settings, ConfigError> {
        self.load_with(&variables()?)
    }

    /// Returns the variables whose value is the path of a file, and the paths.
    ///
    /// # Errors
    /// If `.env` cannot be read or the name of a variable is wrong.
    pub fn secret_files() -> Result<Vec<(String, PathBuf)>, ConfigError> {
        let names_file = |variable: &str| variable.strip_suffix("_FILE").is_some_and(can_name_setting);
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
                return Err(ConfigError(format!(
                    "PORT: {port} is not a port. Set it to a number from 0 to 65535."
                )));
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

/// Returns the variables of `.env` and of the environment. If both set the same setting, under any of its
/// names, the environment wins.
fn variables() -> Result<BTreeMap<String, String>, ConfigError> {
    let environment: BTreeMap<String, String> = std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
        .collect();
    let overridden: BTreeSet<String> =
        environment.keys().filter_map(|variable| setting_named_by(variable)).collect();
    let mut variables = read_dot_env(Path::new(".env"))?;
    // Checked separately: one source may set a value and the other one the file that overrides it.
    let known = setting_names()?;
    let errors = [variable_errors(&variables, &known), variable_errors(&environment, &known)].concat();
    if !errors.is_empty() {
        return Err(ConfigError(errors.join("\n")));
    }
    variables.retain(|variable, _| {
        setting_named_by(variable).is_none_or(|setting| !overridden.contains(&setting))
    });
    variables.extend(environment);
    Ok(variables)
}

/// Returns the names of all settings, such as `server.listen`.
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

/// Returns the settings that variables set. Values remain text, because only the type of a setting decides
/// whether it is a number; a secret can consist of digits.
fn from_variables(
    variables: &BTreeMap<String, String>,
    known: &Config,
) -> Result<Vec<(String, String)>, ConfigError> {
    let mut settings = Vec::new();
    let mut errors = Vec::new();
    // The last value wins: our own name of a setting overrides its alias.
    let (ours, aliases): (Vec<_>, Vec<_>) = variables.iter().partition(|(name, _)| name.starts_with(PREFIX));
    for (variable, value) in aliases.into_iter().chain(ours) {
        match setting_of(variable, known) {
            Some(Ok((name, Source::Value))) => settings.push((name, value.clone())),
            Some(Ok((name, Source::File))) => match std::fs::read_to_string(value) {
                Ok(text) => settings.push((name, text.trim().to_owned())),
                Err(error) => errors.push(format!("{variable}: cannot read {value}: {error}")),
            },
            Some(Err(())) => errors.push(unknown_variable(variable, &setting_names()?)),
            None => {}
        }
    }
    if errors.is_empty() { Ok(settings) } else { Err(ConfigError(errors.join("\n"))) }
}

/// What the value of a variable is.
enum Source {
    /// The value of the setting.
    Value,
    /// The path of a file with the value.
    File,
}

/// Returns the existing setting that a variable sets, or `Err` if there is no such setting. Returns `None`
/// for other variables.
fn setting_of(variable: &str, known: &Config) -> Option<Result<(String, Source), ()>> {
    let name = setting_named_by(variable)?;
    let source = if variable.ends_with("_FILE") { Source::File } else { Source::Value };
    let exists = name.split('.').count() == 2 && known.get::<Value>(&name).is_ok();
    let may_be_file = matches!(source, Source::Value) || FILE_SETTINGS.contains(&name.as_str());
    Some(if exists && may_be_file { Ok((name, source)) } else { Err(()) })
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
    fn defaults_are_a_valid_configuration() {
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
