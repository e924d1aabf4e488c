//! Checks whether `serve` can use the database.

use countersign::auth::{DeploymentSecret, Mode, count_usable_keys};
use storage::signing_keys::SigningKey;
use storage::{DatabaseUrl, Inspection};

use super::Check;
use super::machine::clocks;
use super::probe::Observation;

const NAME: &str = "database";

/// Checks connection, schema, mode, keys and clock. `migrates` says whether `serve` migrates the database
/// itself.
pub(super) fn judge(
    url: &DatabaseUrl,
    seen: Observation<Result<Option<Inspection>, String>>,
    migrates: bool,
    secret: Option<&DeploymentSecret>,
) -> Vec<Check> {
    let inspection = match seen.answer {
        Ok(Some(inspection)) => inspection,
        Ok(None) => return vec![missing_database(url)],
        Err(error) => return vec![Check::problem(NAME, connection_error(url, &error))],
    };
    let mut checks = vec![Check::ok(NAME, "reachable"), schema(&inspection, migrates)];
    if inspection.pending.is_empty() {
        let owner = inspection.mode;
        checks.push(mode(owner));
        // The keys in a database of another mode belong to another secret.
        let secret = secret.filter(|_| is_servable(owner));
        checks.extend(secret.map(|secret| keys(secret, inspection.signing_keys)));
    }
    checks.extend(
        inspection.server_time.map(|theirs| clocks("database_clock", seen.at, theirs, "the database server")),
    );
    checks
}

fn missing_database(url: &DatabaseUrl) -> Check {
    let Some(path) = url.file() else {
        return Check::warning(NAME, "in memory: users, sessions and keys are lost when the server stops");
    };
    let directory = path.parent().filter(|parent| !parent.as_os_str().is_empty());
    match directory.filter(|directory| !directory.is_dir()) {
        Some(missing) => {
            Check::problem(NAME, format!("the directory {} does not exist: create it", missing.display()))
        }
        None => Check::warning(
            NAME,
            format!(
                "{} does not exist: `serve` creates an empty database. Is the path correct?",
                path.display()
            ),
        ),
    }
}

fn connection_error(url: &DatabaseUrl, error: &str) -> String {
    let advice = match url {
        DatabaseUrl::Postgres(_) => "that the server runs and accepts this user from here",
        DatabaseUrl::SqliteFile(_) | DatabaseUrl::SqliteMemory => {
            "that the file is a database, and that this user can write to it and its directory"
        }
    };
    format!("{error}: check COUNTERSIGN__DATABASE__URL, and {advice}")
}

fn schema(inspection: &Inspection, migrates: bool) -> Check {
    const NAME: &str = "schema";
    let Inspection { is_new, pending, unknown, .. } = inspection;
    if !pending.is_empty() {
        let state = if *is_new {
            "the database is empty".to_owned()
        } else {
            format!("migrations are pending ({})", pending.join(", "))
        };
        return if migrates {
            Check::warning(NAME, format!("{state}: `serve` migrates it, or run `countersign migrate`"))
        } else {
            Check::problem(NAME, format!("{state}: run `countersign migrate`"))
        };
    }
    if unknown.is_empty() {
        return Check::ok(NAME, "up to date");
    }
    let unknown = unknown.join(", ");
    Check::warning(
        NAME,
        format!("the database has newer migrations ({unknown}): run a newer version of countersign"),
    )
}

fn is_servable(owner: Option<Mode>) -> bool {
    owner.is_none_or(|owner| owner == Mode::Production)
}

fn mode(owner: Option<Mode>) -> Check {
    const NAME: &str = "mode";
    match owner {
        None => Check::ok(NAME, "not set yet: the first start of `serve` sets it to production"),
        Some(owner) if is_servable(Some(owner)) => Check::ok(NAME, owner.to_string()),
        Some(owner) => Check::problem(
            NAME,
            format!(
                "`countersign {owner}` created this database, and it has its keys and users: use another database"
            ),
        ),
    }
}

fn keys(secret: &DeploymentSecret, rows: Vec<SigningKey>) -> Check {
    const NAME: &str = "keys";
    match count_usable_keys(secret, rows) {
        Ok(0) => Check::ok(NAME, "none yet: the first start of `serve` creates one"),
        Ok(1) => Check::ok(NAME, "this secret decrypts the signing key"),
        Ok(count) => Check::ok(NAME, format!("this secret decrypts all {count} signing keys")),
        Err(_) => Check::problem(
            NAME,
            "the signing keys in this database are encrypted with another secret: set \
             COUNTERSIGN__TOKENS__SECRET to the secret of the first start of `serve`",
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::super::report::Status;
    use super::*;
    use chrono::{DateTime, TimeDelta};
    use storage::Timestamp;

    fn checks_of(answer: Result<Option<Inspection>, String>, migrates: bool) -> Vec<Check> {
        let secret = DeploymentSecret::parse("0123456789abcdefghijklmnopqrstuvwxyz".into()).unwrap();
        let at = DateTime::UNIX_EPOCH + TimeDelta::days(1);
        let url = DatabaseUrl::parse("postgres://u:hunter2@h/d").unwrap();
        judge(&url, Observation { answer, at }, migrates, Some(&secret))
    }

    fn of(checks: &[Check], name: &str) -> Option<Status> {
        checks.iter().map(Check::parts).find(|seen| seen.0 == name).map(|seen| seen.1)
    }

    fn foreign_key(kid: &str) -> SigningKey {
        SigningKey {
            kid: kid.into(),
            public_key: vec![0; 32],
            sealed_private_key: vec![1; 100],
            created_at: Timestamp(DateTime::UNIX_EPOCH),
            signs_from: Timestamp(DateTime::UNIX_EPOCH),
        }
    }

    #[test]
    fn a_database_of_serve_is_ok_and_a_wrong_clock_a_warning() {
        let mode = Some(Mode::Production);
        let server_time = Some(DateTime::UNIX_EPOCH);
        let checks = checks_of(Ok(Some(Inspection { mode, server_time, ..Inspection::default() })), false);
        for name in ["database", "schema", "mode", "keys"] {
            assert_eq!(of(&checks, name), Some(Status::Ok), "{name}");
        }
        assert_eq!(of(&checks, "database_clock"), Some(Status::Warning));
    }

    #[test]
    fn a_database_of_dev_and_keys_of_another_secret_are_problems() {
        let inspection = |mode, kid: &str| Inspection {
            mode: Some(mode),
            signing_keys: vec![foreign_key(kid)],
            ..Inspection::default()
        };
        let dev = checks_of(Ok(Some(inspection(Mode::Dev, "dev-1"))), true);
        assert_eq!((of(&dev, "mode"), of(&dev, "keys")), (Some(Status::Problem), None));
        let other = checks_of(Ok(Some(inspection(Mode::Production, "1"))), true);
        assert_eq!((of(&other, "mode"), of(&other, "keys")), (Some(Status::Ok), Some(Status::Problem)));
    }

    #[test]
    fn pending_migrations_are_a_problem_unless_serve_migrates() {
        let pending = || Inspection { pending: vec!["2".into()], ..Inspection::default() };
        for (migrates, status) in [(true, Status::Warning), (false, Status::Problem)] {
            let checks = checks_of(Ok(Some(pending())), migrates);
            assert_eq!(of(&checks, "schema"), Some(status));
            assert!(checks[1].parts().2.contains("run `countersign migrate`"));
            assert_eq!((of(&checks, "mode"), of(&checks, "keys")), (None, None));
        }
        let unknown = Inspection { unknown: vec!["9".into()], ..Inspection::default() };
        assert_eq!(of(&checks_of(Ok(Some(unknown)), true), "schema"), Some(Status::Warning));
    }

    #[test]
    fn a_database_that_is_down_or_missing_is_reported() {
        let checks = checks_of(Err("no route".into()), true);
        assert_eq!(checks.len(), 1);
        assert_eq!(of(&checks, "database"), Some(Status::Problem));
        assert!(!checks[0].parts().2.contains("hunter2"));
        for (url, status) in [
            ("sqlite::memory:", Status::Warning),
            ("sqlite://not-there.db", Status::Warning),
            ("sqlite://no-such-directory/a.db", Status::Problem),
        ] {
            assert_eq!(missing_database(&DatabaseUrl::parse(url).unwrap()).parts().1, status, "{url}");
        }
    }
}
