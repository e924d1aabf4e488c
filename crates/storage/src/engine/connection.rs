//! One handle for either database, and the macro that expands a query once for each.

use std::sync::Mutex;

use diesel::SqliteConnection;
use diesel_async::AsyncPgConnection;

use super::prepared::prepared;
use crate::Error;

/// A connection on which statements can run, inside a transaction where [`crate::Db::write`] gave it.
#[derive(Clone, Copy)]
pub enum Conn<'a> {
    /// The writer's connection, or a worker's own read connection. A statement runs at once, on the thread that asks: SQLite
    /// answers a keyed read in microseconds, and a hop to another thread and back costs more. So the lock is always free.
    Sqlite(&'a Mutex<SqliteConnection>),
    /// By shared reference: statements that need nothing of each other are sent at once, over one connection.
    Postgres(&'a AsyncPgConnection),
}

impl<'a> Conn<'a> {
    /// The same connection again, for statements that are awaited together (`futures_util::future::join`) because none
    /// needs what another answers: PostgreSQL is sent all of them, in the order in which they stand there, before it has
    /// answered the first, which saves the round trips. SQLite runs one after the other.
    pub fn again(&self) -> Conn<'a> {
        *self
    }

    /// Ends the transaction of [`crate::Db::write_at_once`], to be awaited together with its last statements and as the last
    /// of them: it keeps its place behind those that are yet to be prepared. Where one of them fails, nothing stands. Each of
    /// those is one statement: a second that waits for the first is sent after this, and outside the transaction.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn commit(&self) -> Result<Committed, Error> {
        // SQLite's writer commits what has answered `Ok`.
        if let Conn::Postgres(connection) = self {
            let mut connection: &AsyncPgConnection = connection;
            let commit = prepared(diesel::sql_query("COMMIT"));
            diesel_async::RunQueryDsl::execute(commit, &mut connection).await?;
        }
        Ok(Committed(()))
    }
}

/// That a transaction has been ended by whoever ran in it.
pub struct Committed(());

/// Writes a query once: `$query` is compiled for SQLite, where it runs as it is, and for PostgreSQL, where it is awaited.
/// `$c` stands for the connection. The answer's error is [`crate::Error`].
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

/// What a unique key finds, where it may find nothing.
pub(crate) fn found<T>(row: Result<T, Error>) -> Result<Option<T>, Error> {
    match row {
        Ok(row) => Ok(Some(row)),
        Err(Error::NotFound) => Ok(None),
        Err(error) => Err(error),
    }
}
