//! The handle of a database.

use std::sync::Arc;

use tracing::Instrument;

use super::connection::Committed;
use super::postgres::{self, PoolState};
use super::sqlite;
use crate::{Conn, DatabaseUrl, Error};

/// How to open a database.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The address.
    pub url: DatabaseUrl,
    /// The size of PostgreSQL's pool, which serves transactions. Each worker has one more connection for
    /// reads.
    pub max_connections: usize,
    /// Whether to migrate the schema. Otherwise an outdated one is an error.
    pub migrate: bool,
}

/// A database. Clones share it.
#[derive(Clone)]
pub struct Db(pub(crate) Arc<Backend>);

pub(crate) enum Backend {
    Sqlite(sqlite::Database),
    Postgres(Box<postgres::Database>),
}

impl Backend {
    pub(crate) async fn read<R, F>(&self, f: F) -> Result<R, Error>
    where
        F: AsyncFn(Conn<'_>) -> Result<R, Error> + Send + 'static,
        R: Send + 'static,
    {
        match self {
            Self::Sqlite(database) => database.read(f).await,
            Self::Postgres(database) => database.read(f).await,
        }
    }
}

impl Db {
    /// Opens a database, and migrates it if the settings say so.
    ///
    /// # Errors
    /// [`Error::Unavailable`] if it cannot be reached, [`Error::Refused`] if its schema is outdated.
    pub async fn open(settings: &Settings) -> Result<Self, Error> {
        let backend = match &settings.url {
            DatabaseUrl::SqliteMemory => Backend::Sqlite(sqlite::Database::open(None, settings.migrate)?),
            DatabaseUrl::SqliteFile(path) => {
                Backend::Sqlite(sqlite::Database::open(Some(path), settings.migrate)?)
            }
            DatabaseUrl::Postgres(url) => Backend::Postgres(Box::new(
                postgres::Database::open(url, settings.max_connections, settings.migrate).await?,
            )),
        };
        Ok(Self(Arc::new(backend)))
    }

    /// Returns the state of the pool. SQLite has none.
    pub fn pool(&self) -> Option<PoolState> {
        match &*self.0 {
            Backend::Sqlite(_) => None,
            Backend::Postgres(database) => Some(database.pool_state()),
        }
    }

    /// Runs a read. `f` must await nothing but the database, and may be called twice if a connection is
    /// broken.
    pub(crate) async fn read<R, F>(&self, f: F) -> Result<R, Error>
    where
        F: AsyncFn(Conn<'_>) -> Result<R, Error> + Send + 'static,
        R: Send + 'static,
    {
        let span = tracing::info_span!(target: "traces", "database read", otel.kind = "client");
        self.0.read(f).instrument(span).await
    }

    /// Runs `f` in a transaction, which is committed if `f` returns `Ok` and rolled back otherwise. `f` must
    /// await nothing but the database: no hashing, no network.
    pub(crate) async fn write<R, E, F>(&self, f: F) -> Result<R, E>
    where
        F: AsyncFnOnce(Conn<'_>) -> Result<R, E> + Send + 'static,
        R: Send + 'static,
        E: From<Error> + Send + 'static,
    {
        let span = tracing::info_span!(target: "traces", "database write", otel.kind = "client");
        let write = async {
            match &*self.0 {
                Backend::Sqlite(database) => database.write(f).await,
                Backend::Postgres(database) => database.write(f).await,
            }
        };
        write.instrument(span).await
    }

    /// Runs `f` in a transaction that it commits itself, together with its last statements
    /// ([`Conn::commit`]). That saves a round trip, but `f` can no longer roll back depending on the results
    /// of those statements.
    pub(crate) async fn write_pipelined<R, E, F>(&self, f: F) -> Result<R, E>
    where
        F: AsyncFnOnce(Conn<'_>) -> Result<(R, Committed), E> + Send + 'static,
        R: Send + 'static,
        E: From<Error> + Send + 'static,
    {
        let span = tracing::info_span!(target: "traces", "database write", otel.kind = "client");
        let write = async {
            match &*self.0 {
                Backend::Sqlite(database) => {
                    database.write(async move |c| f(c).await.map(|(value, _)| value)).await
                }
                Backend::Postgres(database) => database.write_pipelined(f).await,
            }
        };
        write.instrument(span).await
    }
}
