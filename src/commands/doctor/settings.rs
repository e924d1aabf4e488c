//! Checks the configuration on its own.

use std::path::PathBuf;

use countersign::auth::{LimitSettings, Region};
use countersign::config::ConfigError;

use super::Check;

/// The mode bit that lets all users read a file.
const READABLE_BY_OTHERS: u32 = 0o004;

/// A file that an environment variable names.
pub(super) struct SecretFile {
    pub(super) variable: String,
    pub(super) path: PathBuf,
    /// Unix's mode bits.
    pub(super) mode: u32,
}

/// Returns one problem per setting that `serve` would reject.
pub(super) fn configuration(refused: Option<&ConfigError>) -> Vec<Check> {
    const NAME: &str = "configuration";
    let Some(ConfigError(message)) = refused else {
        return vec![Check::ok(NAME, "complete")];
    };
    // If there are indented lines, the first line is only a heading.
    let lines: Vec<_> = message.lines().filter_map(|line| line.strip_prefix("  ")).collect();
    if lines.is_empty() {
        return vec![Check::problem(NAME, message)];
    }
    lines.into_iter().map(|line| Check::problem(NAME, line)).collect()
}

/// Returns one warning per secret file that all users of this machine can read.
pub(super) fn secret_files(files: &[SecretFile]) -> Vec<Check> {
    const NAME: &str = "secret_files";
    let open = files.iter().filter(|file| file.mode & READABLE_BY_OTHERS != 0).map(|file| {
        let SecretFile { variable, path, mode } = file;
        let path = path.display();
        let mode = mode & 0o777;
        Check::warning(
            NAME,
            format!("{variable}: all users here can read {path} (mode {mode:03o}): run chmod o-rwx {path}"),
        )
    });
    let checks: Vec<_> = open.collect();
    match (checks.is_empty(), files.is_empty()) {
        (true, false) => vec![Check::ok(NAME, "only their owners and groups can read them")],
        _ => checks,
    }
}

/// RFC 8414, section 2, requires an https URL as issuer, and some generic libraries enforce it.
pub(super) fn issuer(issuer: &str) -> Check {
    const NAME: &str = "issuer";
    let host = issuer.strip_prefix("https://").unwrap_or_default();
    if !host.is_empty() && !host.contains([' ', '?', '#']) {
        return Check::ok(NAME, issuer);
    }
    Check::warning(
        NAME,
        format!(
            "{issuer:?} is not an https URL. Some resource servers require one: set \
             COUNTERSIGN__TOKENS__ISSUER to the public URL before you go live"
        ),
    )
}

/// Warns if codes are sent to all regions, which invites toll fraud. Returns `None` without regions, because
/// the check of the configuration reports that.
pub(super) fn regions(regions: &[Region]) -> Option<Check> {
    const NAME: &str = "regions";
    if regions.is_empty() {
        return None;
    }
    Some(if regions.contains(&Region::Every) {
        Check::warning(
            NAME,
            "codes are sent to all regions, and toll fraud uses the most expensive ones: set \
             COUNTERSIGN__CODES__REGIONS to the regions of your users",
        )
    } else {
        Check::ok(NAME, format!("codes are sent to {} of them", regions.len()))
    })
}

/// Warns about limits that are switched off.
pub(super) fn limits(limits: &LimitSettings) -> Option<Check> {
    let off = limits.rates.iter().filter(|(_, rates)| rates.is_empty()).map(|(kind, _)| kind.as_str());
    let in_a_row = (limits.wrong_codes_in_a_row == 0).then_some("wrong_codes_in_a_row");
    let off: Vec<&str> = off.chain(in_a_row).collect();
    let advice =
        "remove them from the configuration to use their defaults, unless a proxy in front limits as much";
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
            |settings: LimitSettings| limits(&settings).map(|check| format!("{:?}", check.parts()));
        let all = LimitSettings { wrong_codes_in_a_row: 100, ..LimitSettings::default() };
        assert_eq!(limits_of(all.clone()), None);
        let off = LimitSettings { rates: [(LimitKind::CodesPerUser, vec![])].into(), ..all };
        assert!(limits_of(off).unwrap().contains("switched off: codes_per_user;"));
        assert!(limits_of(LimitSettings::default()).unwrap().contains("wrong_codes_in_a_row"));
    }

    #[test]
    fn each_invalid_setting_is_a_separate_problem() {
        assert_eq!(configuration(None)[0].parts().1, Status::Ok);
        let two = ConfigError("the configuration is invalid:\n  A is missing: a\n  B is wrong".into());
        let checks = configuration(Some(&two));
        let seen: Vec<_> = checks.iter().map(Check::parts).collect();
        assert_eq!(
            seen,
            [
                ("configuration", Status::Problem, "A is missing: a"),
                ("configuration", Status::Problem, "B is wrong")
            ]
        );
        let bare = configuration(Some(&ConfigError("no".into())));
        assert_eq!(bare[0].parts(), ("configuration", Status::Problem, "no"));
    }

    #[test]
    fn codes_to_all_regions_are_a_warning() {
        let status = |codes: &[&str]| {
            let chosen: Vec<Region> = codes.iter().map(|code| code.parse().unwrap()).collect();
            regions(&chosen).map(|check| check.parts().1)
        };
        assert_eq!(status(&[]), None);
        assert_eq!(status(&["US", "CA"]), Some(Status::Ok));
        assert_eq!(status(&["US", "*"]), Some(Status::Warning));
    }

    #[test]
    fn a_secret_file_that_others_can_read_is_a_warning() {
        let file = |mode| SecretFile { variable: "X_FILE".into(), path: "/run/x".into(), mode };
        assert!(secret_files(&[]).is_empty());
        assert_eq!(secret_files(&[file(0o100_600), file(0o100_640)])[0].parts().1, Status::Ok);
        let checks = secret_files(&[file(0o100_600), file(0o100_644)]);
        assert_eq!(checks.len(), 1);
        let (_, status, detail) = checks[0].parts();
        assert_eq!(status, Status::Warning);
        assert!(detail.contains("X_FILE: all users here can read /run/x (mode 644)"), "{detail}");
    }

    #[test]
    fn an_issuer_that_is_not_an_https_url_is_a_warning() {
        for (text, status) in [
            ("https://auth.example.com", Status::Ok),
            ("https://", Status::Warning),
            ("http://auth.example.com", Status::Warning),
            ("countersign", Status::Warning),
            ("", Status::Warning),
        ] {
            assert_eq!(issuer(text).parts().1, status, "{text}");
        }
    }
}
