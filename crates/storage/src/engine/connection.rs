//! A connection to either database, and the macro that compiles a query for both.

use std::sync::Mutex;

use diesel::SqliteConnection;
use diesel_async::AsyncPgConnection;

use super::prepared::prepared;
use crate::Error;

/// A connection on which statements run. From [`crate::Db::write`] it is inside a transaction.
#[derive(Clone, Copy)]
pub(crate) enum Conn<'a> {
    /// The writer's connection, or a worker's own read connection. A statement runs at once on the current
    /// thread: SQLite answers a keyed read in microseconds, and a change of threads costs more. So the lock
    /// is always free.
    Sqlite(&'a Mutex<SqliteConnection>),
    /// Shared, so that independent statements can be sent at once over one connection.
    Postgres(&'a AsyncPgConnection),
}

impl<'a> Conn<'a> {
    /// Returns the same connection, for independent statements that are awaited together
    /// (`futures_util::future::join`). PostgreSQL gets all of them, in the order of the code, before it has
    /// answered the first. That saves round trips. SQLite runs them one after the other.
    pub(crate) fn again(&self) -> Conn<'a> {
        *self
    }

    /// Commits the transaction of [`crate::Db::write_pipelined`]. Await it together with the last statements,
    /// and as the last of them. If one of them fails, nothing is committed. Each of them must be one
    /// statement: a second one that waits for the first would be sent after COMMIT, outside the transaction.
    pub(crate) async fn commit(&self) -> Result<Committed, Error> {
        // SQLite's writer commits if the closure returns `Ok`.
        if let Conn::Postgres(connection) = self {
            let mut connection: &AsyncPgConnection = connection;
            let commit = prepared(diesel::sql_query("COMMIT"));
            diesel_async::RunQueryDsl::execute(commit, &mut connection).await?;
        }
        Ok(Committed(()))
    }
}

/// The proof that a closure has committed its transaction.
pub(crate) struct Committed(());

/// Compiles `$query` for SQLite, where it runs synchronously, and for PostgreSQL, where it is awaited. `$c`
/// is the connection. The error is [`crate::Error`].
macro_rules! on {
    ($conn:expr, $c:ident => $query:expr) => {
        match $conn {
            $crate::Conn::Sqlite(connection) => {
                use diesel::RunQueryDsl as _;
                let mut connection = connection.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
                let $c: &mut diesel::SqliteConnection = &mut connection;
                $query.map_err($crate::Error::from)
            }
            $crate::Conn::Postgres($c) => {
                use diesel_async::RunQueryDsl as _;
                let $c: &mut &diesel_async::AsyncPgConnection = $c;
                $query.await.map_err($crate::Error::from)
            }
        }
    };
}

/// Returns the row that a unique key finds, if there is one.
pub(crate) fn found<T>(row: Result<T, Error>) -> Result<Option<T>, Error> {
    match row {
        Ok(row) => Ok(Some(row)),
        Err(Error::NotFound) => Ok(None),
        Err(error) => Err(error),
    }
}
