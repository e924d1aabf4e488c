//! The database as the rest of the program holds it.

use std::sync::Arc;

use tracing::Instrument;

use super::connection::Committed;
use super::postgres::PoolState;
use super::{postgres, sqlite};
use crate::{Conn, DatabaseUrl, Error};

/// How to open a database.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Which one.
    pub url: DatabaseUrl,
    /// Connections of PostgreSQL's pool, which serves transactions; each worker has one more for reads.
    pub max_connections: usize,
    /// Bring it to the current schema first; otherwise one that is behind is refused.
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
    /// Opens a database, and migrates it where the settings say so.
    ///
    /// # Errors
    /// When it cannot be reached, or its schema is behind.
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

    /// What the pool is at; `None` for SQLite, which has none.
    pub fn pool(&self) -> Option<PoolState> {
        match &*self.0 {
            Backend::Sqlite(_) => None,
            Backend::Postgres(database) => Some(database.pool_state()),
        }
    }

    /// Runs one read. `f` may be called twice, when a connection turns out to be dead, and waits for nothing
    /// but the database.
    ///
    /// # Errors
    /// Those of `f`, and [`Error::Unavailable`].
    pub async fn read<R, F>(&self, f: F) -> Result<R, Error>
    where
        F: AsyncFn(Conn<'_>) -> Result<R, Error> + Send + 'static,
        R: Send + 'static,
    {
        let span = tracing::info_span!(target: "traces", "database read", otel.kind = "client");
        self.0.read(f).instrument(span).await
    }

    /// Runs `f` in one transaction: committed when it answers `Ok`, rolled back otherwise. `f` waits for
    /// nothing but the database: no hashing, no network.
    ///
    /// # Errors
    /// Those of `f`, and [`Error::Unavailable`].
    pub async fn write<R, E, F>(&self, f: F) -> Result<R, E>
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

    /// Runs `f` in one transaction that it commits itself, along with its last statements ([`Conn::commit`]): that saves the
    /// round trip of a COMMIT, and `f` cannot change its mind by what those statements answer. What shall not stand after
    /// all, the caller takes back.
    ///
    /// # Errors
    /// Those of `f`, and [`Error::Unavailable`].
    pub async fn write_at_once<R, E, F>(&self, f: F) -> Result<R, E>
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
                Backend::Postgres(database) => database.write_at_once(f).await,
            }
        };
        write.instrument(span).await
    }
}
