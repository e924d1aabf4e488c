//! What the configuration says by itself.

use std::path::PathBuf;

use countersign::auth::{LimitSettings, Region};
use countersign::config::ConfigError;

use super::Check;

/// The right of everybody to read, in a file's mode.
const READABLE_BY_OTHERS: u32 = 0o004;

/// A file that a variable names.
pub(super) struct SecretFile {
    pub(super) variable: String,
    pub(super) path: PathBuf,
    /// Unix's mode bits.
    pub(super) mode: u32,
}

/// A problem for each line of what `serve` would refuse.
pub(super) fn configuration(refused: Option<&ConfigError>) -> Vec<Check> {
    const NAME: &str = "configuration";
    let Some(ConfigError(message)) = refused else {
        return vec![Check::ok(NAME, "complete")];
    };
    // The first line is a heading where lines with two spaces before them follow it.
    let lines: Vec<_> = message.lines().filter_map(|line| line.strip_prefix("  ")).collect();
    match lines.is_empty() {
        true => vec![Check::problem(NAME, message)],
        false => lines.into_iter().map(|line| Check::problem(NAME, line)).collect(),
    }
}

/// A warning for each secret that everybody on this machine can read.
pub(super) fn secret_files(files: &[SecretFile]) -> Vec<Check> {
    const NAME: &str = "secret_files";
    let open = files.iter().filter(|file| file.mode & READABLE_BY_OTHERS != 0).map(|file| {
        let SecretFile { variable, path, mode } = file;
        let path = path.display();
        let mode = mode & 0o777;
        Check::warning(
            NAME,
            format!("{variable}: {path} can be read by everybody here (mode {mode:03o}): chmod o-rwx {path}"),
        )
    });
    let checks: Vec<_> = open.collect();
    match (checks.is_empty(), files.is_empty()) {
        (true, false) => vec![Check::ok(NAME, "nobody but their owners and groups can read them")],
        _ => checks,
    }
}

/// RFC 8414, section 2, wants an https URL as issuer, and generic libraries insist on it.
pub(super) fn issuer(issuer: &str) -> Check {
    const NAME: &str = "issuer";
    let host = issuer.strip_prefix("https://").unwrap_or_default();
    match host.is_empty() || host.contains([' ', '?', '#']) {
        false => Check::ok(NAME, issuer),
        true => Check::warning(
            NAME,
            format!(
                "{issuer:?} is no https URL. That is allowed, but some resource servers insist: set \
                 COUNTERSIGN__TOKENS__ISSUER to the public URL before tokens are relied on"
            ),
        ),
    }
}

/// Codes to the whole world are what fraudsters live on. None at all: the configuration is not complete, which is said
/// elsewhere.
pub(super) fn regions(regions: &[Region]) -> Option<Check> {
    const NAME: &str = "regions";
    if regions.is_empty() {
        return None;
    }
    Some(match regions.contains(&Region::Every) {
        true => Check::warning(
            NAME,
            "codes go to the whole world: whoever pumps messages picks numbers where they cost most. Name the regions \
             where your users are in COUNTERSIGN__CODES__REGIONS",
        ),
        false => Check::ok(NAME, format!("codes go to {} of them", regions.len())),
    })
}

/// Limits that somebody has switched off, by name.
pub(super) fn limits(limits: &LimitSettings) -> Option<Check> {
    let off = limits.rates.iter().filter(|(_, rates)| rates.is_empty()).map(|(kind, _)| kind.as_str());
    let in_a_row = (limits.wrong_codes_in_a_row == 0).then_some("wrong_codes_in_a_row");
    let off: Vec<&str> = off.chain(in_a_row).collect();
    let advice = "leave them out of the configuration for their defaults, or be sure that something in front limits as much";
    (!off.is_empty()).then(|| Check::warning("limits", format!("switched off: {}; {advice}", off.join(", "))))
}

#[cfg(test)]
mod tests {
    use countersign::auth::LimitKind;

    use super::super::report::Status;
    use super::*;

    #[test]
    fn limits_that_are_off_are_named() {
        let limits_of =
            |settings: LimitSettings| limits(&settings).map(|check| format!("{:?}", check.seen()));
        let all = LimitSettings { wrong_codes_in_a_row: 100, ..LimitSettings::default() };
        assert_eq!(limits_of(all.clone()), None);
        let off = LimitSettings { rates: [(LimitKind::CodesPerUser, vec![])].into(), ..all };
        assert!(limits_of(off).unwrap().contains("switched off: codes_per_user;"));
        assert!(limits_of(LimitSettings::default()).unwrap().contains("wrong_codes_in_a_row"));
    }

    #[test]
    fn every_refusal_is_a_problem_of_its_own() {
        assert_eq!(configuration(None)[0].seen().1, Status::Ok);
        let two = ConfigError("the configuration is invalid:\n  A is missing: a\n  B is wrong".into());
        let checks = configuration(Some(&two));
        let seen: Vec<_> = checks.iter().map(Check::seen).collect();
        assert_eq!(
            seen,
            [
                ("configuration", Status::Problem, "A is missing: a"),
                ("configuration", Status::Problem, "B is wrong")
            ]
        );
        let bare = configuration(Some(&ConfigError("no".into())));
        assert_eq!(bare[0].seen(), ("configuration", Status::Problem, "no"));
    }

    #[test]
    fn the_whole_world_is_worth_a_warning() {
        let status = |codes: &[&str]| {
            let chosen: Vec<Region> = codes.iter().map(|code| code.parse().unwrap()).collect();
            regions(&chosen).map(|check| check.seen().1)
        };
        assert_eq!(status(&[]), None);
        assert_eq!(status(&["US", "CA"]), Some(Status::Ok));
        assert_eq!(status(&["US", "*"]), Some(Status::Warning));
    }

    #[test]
    fn files_that_others_can_read() {
        let file = |mode| SecretFile { variable: "X_FILE".into(), path: "/run/x".into(), mode };
        assert!(secret_files(&[]).is_empty());
        assert_eq!(secret_files(&[file(0o100_600), file(0o100_640)])[0].seen().1, Status::Ok);
        let checks = secret_files(&[file(0o100_600), file(0o100_644)]);
        assert_eq!(checks.len(), 1);
        let (_, status, detail) = checks[0].seen();
        assert_eq!(status, Status::Warning);
        assert!(detail.contains("X_FILE: /run/x") && detail.contains("mode 644"), "{detail}");
    }

    #[test]
    fn an_issuer_is_better_an_https_url() {
        for (text, status) in [
            ("https://auth.example.com", Status::Ok),
            ("https://", Status::Warning),
            ("http://auth.example.com", Status::Warning),
            ("countersign", Status::Warning),
            ("", Status::Warning),
        ] {
            assert_eq!(issuer(text).seen().1, status, "{text}");
        }
    }
}
