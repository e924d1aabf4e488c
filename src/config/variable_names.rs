//! Maps environment variables to settings.

/// The prefix of the variables that name settings.
pub(super) const PREFIX: &str = "COUNTERSIGN__";
/// Other names of variables, as Twilio's examples use them.
const ALIASES: [(&str, &str); 3] = [
    ("TWILIO_ACCOUNT_SID", "twilio.account_sid"),
    ("TWILIO_AUTH_TOKEN", "twilio.auth_token"),
    ("TWILIO_VERIFICATION_SID", "twilio.verify_service_sid"),
];
/// The settings whose value may be in a file. The variable's name then ends with `_FILE`.
pub(super) const FILE_SETTINGS: [&str; 7] = [
    "database.url",
    "tokens.secret",
    "twilio.account_sid",
    "twilio.auth_token",
    "twilio.api_key_secret",
    "webhooks.url",
    "webhooks.secret",
];

/// Whether a variable, without `_FILE`, can name a setting.
pub(super) fn can_name_setting(variable: &str) -> bool {
    variable.starts_with(PREFIX) || ALIASES.iter().any(|(alias, _)| *alias == variable)
}

/// Returns the name of the setting that a variable names, whether or not that setting exists. Returns `None`
/// for other variables.
pub(super) fn setting_named_by(variable: &str) -> Option<String> {
    let base = variable.strip_suffix("_FILE").unwrap_or(variable);
    match ALIASES.iter().find(|(alias, _)| *alias == base) {
        Some((_, name)) => Some((*name).to_owned()),
        None => Some(base.strip_prefix(PREFIX)?.to_lowercase().replace("__", ".")),
    }
}
