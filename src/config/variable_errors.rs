//! Finds variables with wrong names. If they were ignored, the mistake would be hard to find.

use std::collections::BTreeMap;

use super::variable_names::{PREFIX, can_name_setting};

/// The prefix of correct names and of many misspelled ones.
const LOOSE_PREFIX: &str = "COUNTERSIGN_";

/// Returns an error for each wrong name among the variables of one source. `settings` are the names of all
/// settings, such as `server.listen`.
pub(super) fn variable_errors(variables: &BTreeMap<String, String>, settings: &[String]) -> Vec<String> {
    let misspelled = variables.keys().filter(|name| is_misspelled(name, settings));
    let misspelled = misspelled.map(|name| unknown_variable(name, settings));
    let duplicates = variables.iter().filter_map(|(name, value)| {
        let file = format!("{name}_FILE");
        let both = !value.is_empty() && variables.contains_key(&file) && can_name_setting(name);
        both.then(|| format!("{name} and {file} are both set. Remove one of them."))
    });
    misspelled.chain(duplicates).collect()
}

/// Returns the error of a variable that names no setting. Suggests the setting that was probably meant.
pub(super) fn unknown_variable(variable: &str, settings: &[String]) -> String {
    let bare = |text: &str| text.replace(['_', '.'], "").to_lowercase();
    let rest = variable.strip_prefix(LOOSE_PREFIX).unwrap_or(variable);
    let (meant, suffix) = match rest.strip_suffix("_FILE") {
        Some(base) => (bare(base), "_FILE"),
        None => (bare(rest), ""),
    };
    match settings.iter().find(|setting| bare(setting) == meant) {
        Some(setting) => {
            let spelling = format!("{PREFIX}{}{suffix}", setting.to_uppercase().replace('.', "__"));
            if spelling == variable {
                return format!("{variable}: this setting cannot be read from a file. Set it directly.");
            }
            format!("{variable}: this setting does not exist. Perhaps {spelling} is meant.")
        }
        None => format!("{variable}: this setting does not exist. Remove it."),
    }
}

/// Whether a variable has one underscore instead of two before the name of a section. Other programs may use
/// names such as `COUNTERSIGN_URL`, and Kubernetes sets variables for a service named `countersign-server`
/// (<https://kubernetes.io/docs/concepts/services-networking/service/#environment-variables>).
fn is_misspelled(variable: &str, settings: &[String]) -> bool {
    let Some(rest) = variable.strip_prefix(LOOSE_PREFIX).filter(|_| !variable.starts_with(PREFIX)) else {
        return false;
    };
    let sections = settings.iter().filter_map(|setting| setting.split_once('.'));
    let of_section = |(section, _): (&str, &str)| rest.starts_with(&format!("{}_", section.to_uppercase()));
    if !sections.into_iter().any(of_section) {
        return false;
    }
    let is_port = rest == "PORT" || rest.ends_with("_PORT");
    let of_port = rest
        .split_once("PORT_")
        .is_some_and(|(_, number)| number.starts_with(|first: char| first.is_ascii_digit()));
    !(is_port || of_port || rest.ends_with("SERVICE_HOST") || rest.contains("SERVICE_PORT"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn errors(names: &[(&str, &str)]) -> Vec<String> {
        let variables = names.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect();
        variable_errors(&variables, &["server.listen".into(), "tokens.secret".into()])
    }

    #[test]
    fn name_with_one_underscore_is_rejected_with_a_suggestion() {
        for name in ["COUNTERSIGN_SERVER__LISTEN", "COUNTERSIGN_SERVER_LISTEN"] {
            let message = errors(&[(name, "x")]).join("");
            assert!(
                message.starts_with(name) && message.contains("COUNTERSIGN__SERVER__LISTEN is meant"),
                "{message}"
            );
        }
        let file = errors(&[("COUNTERSIGN_TOKENS_SECRET_FILE", "x")]).join("");
        assert!(file.contains("COUNTERSIGN__TOKENS__SECRET_FILE is meant"), "{file}");
        let unknown = "COUNTERSIGN_SERVER_MODE";
        assert_eq!(
            errors(&[(unknown, "x")]),
            [format!("{unknown}: this setting does not exist. Remove it.")]
        );
    }

    #[test]
    fn variables_of_other_programs_are_ignored() {
        for name in [
            "COUNTERSIGN",
            "COUNTERSIGN_PORT",
            "COUNTERSIGN_PORT_3000_TCP_ADDR",
            "COUNTERSIGN_SERVICE_HOST",
            "COUNTERSIGN_SERVER_SERVICE_PORT_HTTP",
            "COUNTERSIGN_SERVER_PORT_3000_TCP",
            "COUNTERSIGN_URL",
            "COUNTERSIGN_BIN",
            "MY_COUNTERSIGN_X",
            "COUNTERSIGN__SERVER__LISTEN",
        ] {
            assert_eq!(errors(&[(name, "tcp://10.0.0.1:3000")]), Vec::<String>::new(), "{name}");
        }
    }

    #[test]
    fn value_and_file_of_one_setting_are_rejected() {
        let both = [("COUNTERSIGN__TOKENS__SECRET", "a"), ("COUNTERSIGN__TOKENS__SECRET_FILE", "b")];
        assert!(errors(&both).join("").contains("are both set"));
        assert!(errors(&[both[1], ("COUNTERSIGN__TOKENS__SECRET", "")]).is_empty());
        assert!(errors(&[("TWILIO_AUTH_TOKEN", "a"), ("TWILIO_AUTH_TOKEN_FILE", "b")]).len() == 1);
        assert!(errors(&[("OTHER", "a"), ("OTHER_FILE", "b")]).is_empty());
    }
}
