//! Inspects a database for `countersign doctor`, without changing anything: no file, no table, no row.

use std::sync::Mutex;

use chrono::{DateTime, Utc};
use diesel::dsl::sql;
use diesel::sql_types::{Bool, Text};
use diesel_async::SimpleAsyncConnection;

use crate::engine::{migrations, postgres, sqlite};
use crate::tables::deployment;
use crate::tables::signing_keys::{self, SigningKey};
use crate::values::sql_types::sql::Timestamptz;
use crate::{Conn, DatabaseUrl, Error, Mode, Timestamp};

/// The state of a database.
#[derive(Default)]
pub struct Inspection {
    /// Whether nothing has been migrated yet.
    pub is_new: bool,
    /// Versions of pending migrations, the oldest first.
    pub pending: Vec<String>,
    /// Versions that the database has and this program does not know, because a newer one migrated it.
    pub unknown: Vec<String>,
    /// The mode for which the database is claimed. Not read while migrations are pending.
    pub mode: Option<Mode>,
    /// The keys that sign tokens. Not read while migrations are pending.
    pub signing_keys: Vec<SigningKey>,
    /// The server's clock, read last. SQLite has none.
    pub server_time: Option<DateTime<Utc>>,
}

/// Inspects a database. Returns `None` if it does not exist yet.
///
/// # Errors
/// [`Error::Unavailable`] if it cannot be reached, [`Error::Failed`] if it cannot be read.
pub async fn inspect(url: &DatabaseUrl) -> Result<Option<Inspection>, Error> {
    match url {
        DatabaseUrl::SqliteMemory => Ok(None),
        DatabaseUrl::SqliteFile(path) if !path.exists() => Ok(None),
        DatabaseUrl::SqliteFile(path) => {
            let connection = Mutex::new(sqlite::open_to_look(path)?);
            look(Conn::Sqlite(&connection)).await.map(Some)
        }
        DatabaseUrl::Postgres(url) => {
            let mut connection = postgres::connect(url).await?;
            // Read-only for this transaction only: a pooler may reuse the connection afterwards.
            connection.batch_execute("BEGIN READ ONLY").await?;
            let inspection = look(Conn::Postgres(&connection)).await?;
            connection.batch_execute("COMMIT").await?;
            // The only statement that asks the database for the time, to compare the clocks.
            let now = diesel::select(sql::<Timestamptz>("now()"));
            let Timestamp(server_time) = diesel_async::RunQueryDsl::get_result(now, &mut connection).await?;
            Ok(Some(Inspection { server_time: Some(server_time), ..inspection }))
        }
    }
}

async fn look(mut conn: Conn<'_>) -> Result<Inspection, Error> {
    let applied = applied(&mut conn).await?;
    let mut inspection = compare(&applied, &migrations::known()?);
    if inspection.pending.is_empty() {
        inspection.mode = deployment::owner(&mut conn).await?;
        inspection.signing_keys = signing_keys::all(&mut conn).await?;
    }
    Ok(inspection)
}

/// Returns the versions in diesel's own table, without creating it as diesel would.
async fn applied(conn: &mut Conn<'_>) -> Result<Vec<String>, Error> {
    let exists = match conn {
        Conn::Sqlite(_) => {
            "EXISTS (SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = '__diesel_schema_migrations')"
        }
        Conn::Postgres(_) => "to_regclass('__diesel_schema_migrations') IS NOT NULL",
    };
    let exists: bool = on!(conn, c => diesel::select(sql::<Bool>(exists)).get_result(c))?;
    if !exists {
        return Ok(Vec::new());
    }
    on!(conn, c => sql::<Text>("SELECT version FROM __diesel_schema_migrations ORDER BY version")
        .load(c))
}

fn compare(applied: &[String], known: &[String]) -> Inspection {
    let without = |these: &[String], those: &[String]| -> Vec<String> {
        these.iter().filter(|version| !those.contains(version)).cloned().collect()
    };
    Inspection {
        is_new: applied.is_empty(),
        pending: without(known, applied),
        unknown: without(applied, known),
        ..Inspection::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Db, Settings};
    use std::path::{Path, PathBuf};

    fn directory(name: &str) -> PathBuf {
        let directory =
            std::env::temp_dir().join(format!("countersign-inspect-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&directory).unwrap();
        directory
    }

    fn files(directory: &Path) -> Vec<String> {
        let entries = std::fs::read_dir(directory).unwrap();
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
    }

    #[test]
    fn migrations_are_compared_by_version() {
        let versions = |list: &[&str]| list.iter().map(|version| (*version).to_owned()).collect::<Vec<_>>();
        let applied = versions(&["1", "3"]);
        let known = versions(&["1", "2"]);
        let compared = compare(&applied, &known);
        assert_eq!((compared.pending, compared.unknown), (versions(&["2"]), versions(&["3"])));
        assert!(!compared.is_new && compare(&[], &known).is_new);
    }

    #[tokio::test]
    async fn what_is_not_there_is_not_made() {
        let directory = directory("none");
        let url = DatabaseUrl::SqliteFile(directory.join("a.db"));
        assert!(inspect(&url).await.unwrap().is_none());
        assert!(inspect(&DatabaseUrl::SqliteMemory).await.unwrap().is_none());
        assert!(files(&directory).is_empty());

        let path = directory.join("empty?%41#.db");
        std::fs::write(&path, "").unwrap();
        assert!(inspect(&DatabaseUrl::SqliteFile(path.clone())).await.unwrap().unwrap().is_new);
        assert_eq!((files(&directory).len(), std::fs::read(path).unwrap().len()), (1, 0));
        std::fs::remove_dir_all(directory).unwrap();
    }

    #[tokio::test]
    async fn a_look_changes_nothing() {
        let directory = directory("look");
        let path = directory.join("a.db");
        let url = DatabaseUrl::SqliteFile(path.clone());
        // Kept open, so that only the inspection could write the log back into the file.
        let db = Db::open(&Settings { url: url.clone(), max_connections: 1, migrate: true }).await.unwrap();
        let before = std::fs::read(&path).unwrap();
        let inspection = inspect(&url).await.unwrap().unwrap();
        assert!(!inspection.is_new && inspection.pending.is_empty() && inspection.unknown.is_empty());
        assert!(inspection.mode.is_none() && inspection.signing_keys.is_empty());
        assert_eq!(std::fs::read(&path).unwrap(), before);
        drop(db);
        std::fs::remove_dir_all(directory).unwrap();
    }

    #[tokio::test]
    async fn what_is_no_database_is_an_error() {
        let directory = directory("text");
        let path = directory.join("a.db");
        std::fs::write(&path, "this is a text ".repeat(100)).unwrap();
        assert!(inspect(&DatabaseUrl::SqliteFile(path)).await.is_err());
        std::fs::remove_dir_all(directory).unwrap();
    }
}
