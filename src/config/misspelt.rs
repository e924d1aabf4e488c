//! Variables that look like settings and are none. Passed over in silence they would cost an evening each.

use std::collections::BTreeMap;

use super::sources::PREFIX;

/// What every variable of ours, and many a misspelt one, begins with.
const NAME: &str = "COUNTERSIGN_";

/// What is wrong with the names of the variables of one source, a sentence each. `settings`: every name that there
/// is, such as `server.listen`.
pub(super) fn complaints(variables: &BTreeMap<String, String>, settings: &[String]) -> Vec<String> {
    let misspelt = variables.keys().filter(|name| is_misspelt(name, settings));
    let misspelt = misspelt.map(|name| unknown(name, settings));
    let twice = variables.iter().filter_map(|(name, value)| {
        let file = format!("{name}_FILE");
        let both = !value.is_empty() && variables.contains_key(&file) && super::sources::is_ours(name);
        both.then(|| format!("{name} and {file} are both set: keep one of them"))
    });
    misspelt.chain(twice).collect()
}

/// Says that there is no such setting, and which one was likely meant.
pub(super) fn unknown(variable: &str, settings: &[String]) -> String {
    let bare = |text: &str| text.replace(['_', '.'], "").to_lowercase();
    let rest = variable.strip_prefix(NAME).unwrap_or(variable);
    let (meant, suffix) = match rest.strip_suffix("_FILE") {
        Some(base) => (bare(base), "_FILE"),
        None => (bare(rest), ""),
    };
    match settings.iter().find(|setting| bare(setting) == meant) {
        Some(setting) => {
            let spelling = format!("{PREFIX}{}{suffix}", setting.to_uppercase().replace('.', "__"));
            if spelling == variable {
                return format!("{variable}: this setting cannot come from a file");
            }
            format!("{variable}: there is no such setting; perhaps {spelling} is meant")
        }
        None => format!("{variable}: there is no such setting"),
    }
}

/// One underscore where two belong: the name goes on with that of a section. Others may call their own things after
/// us (`COUNTERSIGN_URL`), and what Kubernetes sets for a service named `countersign-server` is not meant for us either
/// (<https://kubernetes.io/docs/concepts/services-networking/service/#environment-variables>).
fn is_misspelt(variable: &str, settings: &[String]) -> bool {
    let Some(rest) = variable.strip_prefix(NAME).filter(|_| !variable.starts_with(PREFIX)) else {
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

    fn said(names: &[(&str, &str)]) -> Vec<String> {
        let variables = names.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect();
        complaints(&variables, &["server.listen".into(), "tokens.secret".into()])
    }

    #[test]
    fn one_underscore_is_refused_with_the_likely_spelling() {
        for name in ["COUNTERSIGN_SERVER__LISTEN", "COUNTERSIGN_SERVER_LISTEN"] {
            let said = said(&[(name, "x")]).join("");
            assert!(
                said.starts_with(name) && said.contains("COUNTERSIGN__SERVER__LISTEN is meant"),
                "{said}"
            );
        }
        let file = said(&[("COUNTERSIGN_TOKENS_SECRET_FILE", "x")]).join("");
        assert!(file.contains("COUNTERSIGN__TOKENS__SECRET_FILE is meant"), "{file}");
        let unknown = "COUNTERSIGN_SERVER_MODE";
        assert_eq!(said(&[(unknown, "x")]), [format!("{unknown}: there is no such setting")]);
    }

    #[test]
    fn what_others_set_is_left_alone() {
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
            assert_eq!(said(&[(name, "tcp://10.0.0.1:3000")]), Vec::<String>::new(), "{name}");
        }
    }

    #[test]
    fn a_value_and_a_file_at_once_are_refused() {
        let both = [("COUNTERSIGN__TOKENS__SECRET", "a"), ("COUNTERSIGN__TOKENS__SECRET_FILE", "b")];
        assert!(said(&both).join("").contains("are both set"));
        assert!(said(&[both[1], ("COUNTERSIGN__TOKENS__SECRET", "")]).is_empty());
        assert!(said(&[("TWILIO_AUTH_TOKEN", "a"), ("TWILIO_AUTH_TOKEN_FILE", "b")]).len() == 1);
        assert!(said(&[("SOMEBODY", "a"), ("SOMEBODY_FILE", "b")]).is_empty());
    }
}
