//! PostgreSQL: one pipelined connection per worker thread for reads, and a pool for transactions.

use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use diesel::ConnectionError;
use diesel_async::pooled_connection::deadpool::{Object, Pool};
use diesel_async::pooled_connection::{AsyncDieselConnectionManager, ManagerConfig, RecyclingMethod};
use diesel_async::{AsyncPgConnection, RunQueryDsl, SimpleAsyncConnection};
use futures_util::future::join;
use secrecy::{ExposeSecret, SecretString};
use tokio::sync::OnceCell;
use tokio::time::timeout;
use tokio_postgres_rustls::MakeRustlsConnect;

use super::connection::Committed;
use super::{migrations, postgres_tls, postgres_url};
use crate::values::sql_types::sql::Uuid;
use crate::{Conn, Error, Id};

/// How long a request waits for a connection of the pool. A transaction takes milliseconds, so if none ends
/// for a second, waiting longer does not help.
const POOL_WAIT: Duration = Duration::from_secs(1);
/// How long opening a connection may take in all. The URL's `connect_timeout` ends when the server accepts,
/// and a server that hangs accepts.
const OPENING: Duration = Duration::from_secs(5);
/// How long the statements of a read or a transaction may take in all.
const STATEMENTS: Duration = Duration::from_secs(5);

/// A connection that is opened once, on first use.
type Shared = Arc<OnceCell<AsyncPgConnection>>;

thread_local! {
    /// This thread's shared connections, by [`Database::id`].
    static SHARED: RefCell<HashMap<u64, Shared>> = RefCell::default();
}

/// The state of a pool of connections.
#[derive(Debug, Clone, Copy)]
pub struct PoolState {
    /// Connections in use.
    pub used: usize,
    /// Idle connections.
    pub idle: usize,
    /// Requests that wait for a connection.
    pub waiting: usize,
}

/// A PostgreSQL database, or one that speaks its protocol.
pub(crate) struct Database {
    id: u64,
    connector: Connector,
    pool: Pool<AsyncPgConnection>,
}

impl Database {
    pub(crate) async fn open(
        url: &SecretString,
        max_connections: usize,
        migrate: bool,
    ) -> Result<Self, Error> {
        static NEXT_ID: AtomicU64 = AtomicU64::new(0);
        let connector = Connector::new(url.expose_secret())?;
        migrations::postgres(connector.connect().await?, migrate).await?;
        let mut config = ManagerConfig::default();
        // `Fast`: the default asks `SELECT 1` at each checkout, which costs more than the transaction.
        config.recycling_method = RecyclingMethod::Fast;
        let for_pool = connector.clone();
        config.custom_setup = Box::new(move |_| {
            let connector = for_pool.clone();
            Box::pin(async move {
                connector.connect().await.map_err(|error| ConnectionError::BadConnection(error.to_string()))
            })
        });
        let manager = AsyncDieselConnectionManager::new_with_config("", config);
        let pool = Pool::builder(manager)
            .max_size(max_connections)
            .build()
            .map_err(|error| Error::Unavailable(error.to_string()))?;
        Ok(Self { id: NEXT_ID.fetch_add(1, Ordering::Relaxed), connector, pool })
    }

    pub(crate) fn pool_state(&self) -> PoolState {
        let status = self.pool.status();
        PoolState {
            used: status.size.saturating_sub(status.available),
            idle: status.available,
            waiting: status.waiting,
        }
    }

    pub(crate) async fn read<R, F>(&self, f: F) -> Result<R, Error>
    where
        F: AsyncFn(Conn<'_>) -> Result<R, Error>,
    {
        let shared = self.shared();
        match timeout(STATEMENTS, self.read_over(&shared, &f)).await {
            Ok(Err(Error::Unavailable(_) | Error::Failed(_))) => {
                // The server may have restarted. A read can be repeated over a new connection.
                self.forget(&shared);
                within(STATEMENTS, self.read_over(&self.shared(), &f)).await
            }
            Ok(answer) => answer,
            Err(_) => {
                // The next read must not wait behind this one.
                self.forget(&shared);
                Err(slow())
            }
        }
    }

    pub(crate) async fn write<R, E, F>(&self, f: F) -> Result<R, E>
    where
        F: AsyncFnOnce(Conn<'_>) -> Result<R, E>,
        E: From<Error>,
    {
        let borrowed = self.checkout().await?;
        let outcome = begun(borrowed.connection()?, f).await?;
        borrowed.end(if outcome.is_ok() { "COMMIT" } else { "ROLLBACK" }, outcome).await
    }

    pub(crate) async fn write_pipelined<R, E, F>(&self, f: F) -> Result<R, E>
    where
        F: AsyncFnOnce(Conn<'_>) -> Result<(R, Committed), E>,
        E: From<Error>,
    {
        let borrowed = self.checkout().await?;
        match begun(borrowed.connection()?, f).await? {
            Ok((value, Committed { .. })) => {
                borrowed.return_to_pool();
                Ok(value)
            }
            Err(error) => borrowed.end("ROLLBACK", Err(error)).await,
        }
    }

    /// Returns a connection of the pool that is not known to be broken.
    async fn checkout(&self) -> Result<Borrowed, Error> {
        match timeout(POOL_WAIT, self.pool.get()).await {
            Ok(Ok(connection)) => Ok(Borrowed(Some(connection))),
            Ok(Err(error)) => Err(Error::Unavailable(error.to_string())),
            Err(_) => Err(Error::Unavailable("no connection of the pool became free in time".into())),
        }
    }

    async fn read_over<R, F>(&self, shared: &Shared, f: &F) -> Result<R, Error>
    where
        F: AsyncFn(Conn<'_>) -> Result<R, Error>,
    {
        f(Conn::Postgres(shared.get_or_try_init(|| self.connector.connect()).await?)).await
    }

    /// Returns this thread's connection.
    fn shared(&self) -> Shared {
        SHARED.with_borrow_mut(|connections| connections.entry(self.id).or_default().clone())
    }

    /// Drops a broken connection, unless another request has already replaced it.
    fn forget(&self, dead: &Shared) {
        SHARED.with_borrow_mut(|connections| {
            if connections.get(&self.id).is_some_and(|current| Arc::ptr_eq(current, dead)) {
                connections.remove(&self.id);
            }
        });
    }
}

/// A connection of the pool that returns there only explicitly. If it is dropped, it may be in the middle of
/// a transaction: it is closed, and the server rolls back.
struct Borrowed(Option<Object<AsyncPgConnection>>);

impl Borrowed {
    fn connection(&self) -> Result<&AsyncPgConnection, Error> {
        self.0.as_deref().ok_or_else(|| Error::Unavailable("the connection has been given back".into()))
    }

    fn return_to_pool(mut self) {
        self.0 = None;
    }

    /// Ends a transaction.
    async fn end<R, E: From<Error>>(self, statement: &str, outcome: Result<R, E>) -> Result<R, E> {
        match (within(STATEMENTS, sql(self.connection()?, statement)).await, outcome) {
            (Ok(()), outcome) => {
                self.return_to_pool();
                outcome
            }
            (Err(failure), Ok(_)) => Err(failure.into()),
            (Err(failure), Err(error)) => {
                tracing::warn!(error = %failure, "a transaction could not be rolled back");
                Err(error)
            }
        }
    }
}

impl Drop for Borrowed {
    fn drop(&mut self) {
        self.0.take().map(Object::take);
    }
}

/// Runs `f` in a transaction and leaves it open. BEGIN is sent together with the first statements of `f`, so
/// it costs no round trip. After an error of this function itself, the connection must not be used.
async fn begun<R, E, F>(connection: &AsyncPgConnection, f: F) -> Result<Result<R, E>, Error>
where
    F: AsyncFnOnce(Conn<'_>) -> Result<R, E>,
{
    let work = join(sql(connection, "BEGIN"), f(Conn::Postgres(connection)));
    let (begun, outcome) = timeout(STATEMENTS, work).await.map_err(|_| slow())?;
    begun?;
    Ok(outcome)
}

async fn sql(mut connection: &AsyncPgConnection, statement: &str) -> Result<(), Error> {
    Ok(connection.batch_execute(statement).await?)
}

/// Opens a connection outside the pool.
pub(crate) async fn connect(url: &SecretString) -> Result<AsyncPgConnection, Error> {
    Connector::new(url.expose_secret())?.connect().await
}

/// The address of the server, and how to encrypt.
#[derive(Clone)]
struct Connector {
    config: tokio_postgres::Config,
    tls: MakeRustlsConnect,
}

impl Connector {
    fn new(url: &str) -> Result<Self, Error> {
        let url = postgres_url::parse(url)?;
        let tls = postgres_tls::connector(url.certificate, url.root_certificate.as_deref())?;
        Ok(Self { config: url.config, tls })
    }

    async fn connect(&self) -> Result<AsyncPgConnection, Error> {
        within(OPENING, self.connect_at_leisure()).await
    }

    async fn connect_at_leisure(&self) -> Result<AsyncPgConnection, Error> {
        let unavailable = |error: &dyn std::error::Error| {
            let cause = error.source().map(|cause| format!(": {cause}")).unwrap_or_default();
            Error::Unavailable(format!("{error}{cause}"))
        };
        let (client, connection) =
            self.config.connect(self.tls.clone()).await.map_err(|error| unavailable(&error))?;
        AsyncPgConnection::try_from_client_and_connection(client, connection)
            .await
            .map_err(|error| unavailable(&error))
    }
}

async fn within<R>(limit: Duration, work: impl Future<Output = Result<R, Error>>) -> Result<R, Error> {
    timeout(limit, work).await.unwrap_or_else(|_| Err(slow()))
}

fn slow() -> Error {
    Error::Unavailable("the database did not answer in time".into())
}

/// Makes a transaction fail if it waits for another one for long, so that it can be retried and the other one
/// succeeds. SQLite has one writer and no such waits.
pub(crate) async fn shorten_lock_timeout(conn: &mut Conn<'_>) -> Result<(), Error> {
    let Conn::Postgres(connection) = conn else { return Ok(()) };
    let mut connection: &AsyncPgConnection = connection;
    // Sooner than PostgreSQL detects deadlocks (`deadlock_timeout`: 1 s).
    diesel::sql_query("SET LOCAL lock_timeout = '200ms'").execute(&mut connection).await?;
    Ok(())
}

/// Locks the rows of a user that a statement selects, in its order, so that two transactions on several of
/// them cannot deadlock. SQLite has one writer and no such waits.
pub(crate) async fn lock(conn: &mut Conn<'_>, select: &'static str, user_id: Id) -> Result<(), Error> {
    let Conn::Postgres(connection) = conn else { return Ok(()) };
    let mut connection: &AsyncPgConnection = connection;
    diesel::sql_query(select).bind::<Uuid, _>(user_id).execute(&mut connection).await?;
    Ok(())
}
