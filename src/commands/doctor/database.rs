//! What stands in the database, and whether `serve` can use it.

use countersign::auth::{DeploymentSecret, Mode, count_usable_keys};
use storage::signing_keys::SigningKey;
use storage::{DatabaseUrl, Inspection};

use super::Check;
use super::machine::clocks;
use super::probe::Seen;

const NAME: &str = "database";

/// Reachable, schema, mode, keys, clock. `migrates`: `serve` brings the schema up to date by itself.
pub(super) fn judge(
    url: &DatabaseUrl,
    seen: Seen<Result<Option<Inspection>, String>>,
    migrates: bool,
    secret: Option<&DeploymentSecret>,
) -> Vec<Check> {
    let inspection = match seen.answer {
        Ok(Some(inspection)) => inspection,
        Ok(None) => return vec![not_there(url)],
        Err(error) => return vec![Check::problem(NAME, unusable(url, &error))],
    };
    let mut checks = vec![Check::ok(NAME, "reachable"), schema(&inspection, migrates)];
    if inspection.pending.is_empty() {
        let owner = inspection.mode;
        checks.push(mode(owner));
        // In another mode's database there is no key that this secret should open.
        let secret = secret.filter(|_| may_serve(owner));
        checks.extend(secret.map(|secret| keys(secret, inspection.signing_keys)));
    }
    checks.extend(
        inspection.server_time.map(|theirs| clocks("database_clock", seen.at, theirs, "the database server")),
    );
    checks
}

fn not_there(url: &DatabaseUrl) -> Check {
    let Some(path) = url.file() else {
        return Check::warning(NAME, "in memory: users, sessions and keys are gone when the server stops");
    };
    let directory = path.parent().filter(|parent| !parent.as_os_str().is_empty());
    match directory.filter(|directory| !directory.is_dir()) {
        Some(missing) => {
            Check::problem(NAME, format!("there is no directory {}: make it", missing.display()))
        }
        None => Check::warning(
            NAME,
            format!(
                "{} is not there: `serve` makes a new, empty database. Is the path right?",
                path.display()
            ),
        ),
    }
}

fn unusable(url: &DatabaseUrl, error: &str) -> String {
    let advice = match url {
        DatabaseUrl::Postgres(_) => "that the server runs and lets this user in from here",
        DatabaseUrl::SqliteFile(_) | DatabaseUrl::SqliteMemory => {
            "that the file is a database and that this user may write it and its directory"
        }
    };
    format!("{error}: check COUNTERSIGN__DATABASE__URL, and {advice}")
}

fn schema(inspection: &Inspection, migrates: bool) -> Check {
    const NAME: &str = "schema";
    let Inspection { is_new, pending, unknown, .. } = inspection;
    if !pending.is_empty() {
        let what = match is_new {
            true => "the database is empty".to_owned(),
            false => format!("migrations are pending ({})", pending.join(", ")),
        };
        return match migrates {
            true => {
                Check::warning(NAME, format!("{what}: `serve` migrates it, or run `countersign migrate`"))
            }
            false => Check::problem(NAME, format!("{what}: run `countersign migrate`")),
        };
    }
    match unknown.is_empty() {
        true => Check::ok(NAME, "up to date"),
        false => Check::warning(
            NAME,
            format!(
                "the database has migrations that this program does not know ({}): run the newer one",
                unknown.join(", ")
            ),
        ),
    }
}

fn may_serve(owner: Option<Mode>) -> bool {
    owner.is_none_or(|owner| owner == Mode::Production)
}

fn mode(owner: Option<Mode>) -> Check {
    const NAME: &str = "mode";
    match owner {
        None => Check::ok(NAME, "nobody's yet; `serve` claims the database when it first starts"),
        Some(owner) if may_serve(Some(owner)) => Check::ok(NAME, owner.to_string()),
        Some(owner) => Check::problem(
            NAME,
            format!(
                "this database was created by `countersign {owner}` and holds its keys and users: use another database"
            ),
        ),
    }
}

fn keys(secret: &DeploymentSecret, rows: Vec<SigningKey>) -> Check {
    const NAME: &str = "keys";
    match count_usable_keys(secret, rows) {
        Ok(0) => Check::ok(NAME, "none yet; `serve` makes one when it first starts"),
        Ok(1) => Check::ok(NAME, "the signing key opens with this secret"),
        Ok(count) => Check::ok(NAME, format!("{count} signing keys open with this secret")),
        Err(_) => Check::problem(
            NAME,
            "the signing keys in this database were sealed with another secret: set COUNTERSIGN__TOKENS__SECRET \
             to the one with which `serve` first started here",
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::super::report::Status;
    use super::*;
    use chrono::{DateTime, TimeDelta};
    use storage::Timestamp;

    fn judged(answer: Result<Option<Inspection>, String>, migrates: bool) -> Vec<Check> {
        let secret = DeploymentSecret::parse("0123456789abcdefghijklmnopqrstuvwxyz".into()).unwrap();
        let at = DateTime::UNIX_EPOCH + TimeDelta::days(1);
        let url = DatabaseUrl::parse("postgres://u:hunter2@h/d").unwrap();
        judge(&url, Seen { answer, at }, migrates, Some(&secret))
    }

    fn of(checks: &[Check], name: &str) -> Option<Status> {
        checks.iter().map(Check::seen).find(|seen| seen.0 == name).map(|seen| seen.1)
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
    fn a_database_of_serve() {
        let mode = Some(Mode::Production);
        let server_time = Some(DateTime::UNIX_EPOCH);
        let checks = judged(Ok(Some(Inspection { mode, server_time, ..Inspection::default() })), false);
        for name in ["database", "schema", "mode", "keys"] {
            assert_eq!(of(&checks, name), Some(Status::Ok), "{name}");
        }
        assert_eq!(of(&checks, "database_clock"), Some(Status::Warning));
    }

    #[test]
    fn a_database_of_dev_and_keys_of_another_secret() {
        let inspection = |mode, kid: &str| Inspection {
            mode: Some(mode),
            signing_keys: vec![foreign_key(kid)],
            ..Inspection::default()
        };
        let dev = judged(Ok(Some(inspection(Mode::Dev, "dev-1"))), true);
        assert_eq!((of(&dev, "mode"), of(&dev, "keys")), (Some(Status::Problem), None));
        let other = judged(Ok(Some(inspection(Mode::Production, "1"))), true);
        assert_eq!((of(&other, "mode"), of(&other, "keys")), (Some(Status::Ok), Some(Status::Problem)));
    }

    #[test]
    fn pending_migrations_are_serves_business_or_ours() {
        let pending = || Inspection { pending: vec!["2".into()], ..Inspection::default() };
        for (migrates, status) in [(true, Status::Warning), (false, Status::Problem)] {
            let checks = judged(Ok(Some(pending())), migrates);
            assert_eq!(of(&checks, "schema"), Some(status));
            assert!(checks[1].seen().2.contains("run `countersign migrate`"));
            assert_eq!((of(&checks, "mode"), of(&checks, "keys")), (None, None));
        }
        let unknown = Inspection { unknown: vec!["9".into()], ..Inspection::default() };
        assert_eq!(of(&judged(Ok(Some(unknown)), true), "schema"), Some(Status::Warning));
    }

    #[test]
    fn a_database_that_is_down_or_not_there() {
        let checks = judged(Err("no route".into()), true);
        assert_eq!(checks.len(), 1);
        assert_eq!(of(&checks, "database"), Some(Status::Problem));
        assert!(!checks[0].seen().2.contains("hunter2"));
        for (url, status) in [
            ("sqlite::memory:", Status::Warning),
            ("sqlite://not-there.db", Status::Warning),
            ("sqlite://no-such-directory/a.db", Status::Problem),
        ] {
            assert_eq!(not_there(&DatabaseUrl::parse(url).unwrap()).seen().1, status, "{url}");
        }
    }
}
