//! Migrates a database to the current schema. Both folders hold migrations of the same names, and are
//! compiled in.

use diesel::SqliteConnection;
use diesel::migration::{Migration, MigrationSource};
use diesel::sqlite::Sqlite;
use diesel_async::{AsyncMigrationHarness, AsyncPgConnection, SimpleAsyncConnection};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

use crate::Error;

const SQLITE: EmbeddedMigrations = embed_migrations!("../../migrations/sqlite");
const POSTGRES: EmbeddedMigrations = embed_migrations!("../../migrations/postgres");

/// Held while migrating, so that replicas that start at the same time migrate one after the other. Diesel's
/// harness does not ensure that. The number is the program's name in ASCII.
const LOCK: &str = "SELECT pg_advisory_lock(7163384699738271345)";
const UNLOCK: &str = "SELECT pg_advisory_unlock(7163384699738271345)";

/// Migrates a database, or returns an error if its schema is outdated.
pub(crate) fn sqlite(connection: &mut SqliteConnection, migrate: bool) -> Result<(), Error> {
    // One immediate transaction around everything, so that a second process waits.
    connection
        .immediate_transaction(|connection| Ok(run(connection, SQLITE, migrate)))
        .map_err(|error: diesel::result::Error| Error::from(error))?
}

/// Migrates a database, or returns an error if its schema is outdated.
pub(crate) async fn postgres(mut connection: AsyncPgConnection, migrate: bool) -> Result<(), Error> {
    connection.batch_execute(LOCK).await?;
    // The harness blocks its thread, so it must not run on a worker.
    let task = tokio::task::spawn_blocking(move || {
        let mut harness = AsyncMigrationHarness::new(connection);
        let outcome = run(&mut harness, POSTGRES, migrate);
        (harness.into_inner(), outcome)
    });
    let (mut connection, outcome) = task.await.map_err(|error| Error::Unavailable(error.to_string()))?;
    connection.batch_execute(UNLOCK).await?;
    outcome
}

/// Returns the versions of the migrations that this program knows, the oldest first.
pub(crate) fn known() -> Result<Vec<String>, Error> {
    let unreadable = |error| Error::Refused(format!("the migrations cannot be read: {error}"));
    let migrations: Vec<Box<dyn Migration<Sqlite>>> = SQLITE.migrations().map_err(unreadable)?;
    let mut versions: Vec<_> =
        migrations.iter().map(|migration| migration.name().version().to_string()).collect();
    versions.sort();
    Ok(versions)
}

fn run<DB, H>(harness: &mut H, source: impl MigrationSource<DB>, migrate: bool) -> Result<(), Error>
where
    DB: diesel::backend::Backend,
    H: MigrationHarness<DB>,
{
    let failed = |error: Box<dyn std::error::Error + Send + Sync>| {
        Error::Refused(format!("the database could not be migrated: {error}"))
    };
    if migrate {
        for version in harness.run_pending_migrations(source).map_err(failed)? {
            tracing::info!(%version, "migrated the database");
        }
        return Ok(());
    }
    if harness.has_pending_migration(source).map_err(failed)? {
        return Err(Error::Refused(
            "the database is behind this program: run `countersign migrate` first".into(),
        ));
    }
    Ok(())
}
