//! The configuration of a deployment, for tests of `serve`.

use std::path::Path;

/// All settings that `serve` needs, with made-up values.
pub const COMPLETE: [(&str, &str); 6] = [
    ("COUNTERSIGN__DATABASE__URL", "sqlite://countersign.db"),
    ("COUNTERSIGN__TOKENS__SECRET", "kq3Vw9Zt5Xb8Lm2Rn7Pd4Hs6Jf1Gc0Yx"),
    ("COUNTERSIGN__CODES__REGIONS", "CA,US"),
    ("TWILIO_ACCOUNT_SID", "AC0123456789abcdef0123456789abcdef"),
    ("TWILIO_AUTH_TOKEN", "0123456789abcdef0123456789abcdef"),
    ("TWILIO_VERIFICATION_SID", "VA0123456789abcdef0123456789abcdef"),
];

/// The same with one variable added or replaced.
pub fn complete_with<'a>(name: &'a str, value: &'a str) -> Vec<(&'a str, &'a str)> {
    let others = COMPLETE.into_iter().filter(|(other, _)| *other != name);
    others.chain([(name, value)]).collect()
}

/// The settings in a file of `config/`: section, name and value.
pub fn documented_settings(file: &str) -> Vec<(String, String, String)> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("config").join(file);
    let mut settings = Vec::new();
    let mut section = String::new();
    for line in std::fs::read_to_string(path).unwrap().lines() {
        if let Some(name) = line.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
            section = name.to_owned();
        } else if let Some((name, value)) = line.split_once(" = ").filter(|_| !line.starts_with('#')) {
            settings.push((section.clone(), name.to_owned(), value.trim_matches('"').to_owned()));
        }
    }
    settings
}

/// The environment variable of a setting.
pub fn variable(section: &str, name: &str) -> String {
    format!("COUNTERSIGN__{section}__{name}").to_uppercase()
}
