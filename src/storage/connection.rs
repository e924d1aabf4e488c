//! One handle for either database, and the macro that expands a query once for each.

use std::error::Error as StdError;

use diesel::SqliteConnection;
use diesel_async::AsyncPgConnection;
use diesel_async::sync_connection_wrapper::{SpawnBlocking, SyncConnectionWrapper};
use futures_util::future::BoxFuture;
use tokio::sync::Mutex;

/// A connection on which statements can run, inside a transaction where [`super::Db::write`] gave it.
#[derive(Clone, Copy)]
pub enum Conn<'a> {
    /// The writer's connection, or a worker's own read connection. The lock is never waited for, see [`Inline`].
    Sqlite(&'a Mutex<Sqlite>),
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
}

/// SQLite through diesel-async, so that one set of functions serves both databases.
pub type Sqlite = SyncConnectionWrapper<SqliteConnection, Inline>;

/// Runs a statement at once, on the thread that asks. SQLite answers a keyed read in microseconds; a hop
/// to a blocking pool and back costs more than the read. A future made of such statements never waits.
pub struct Inline;

impl SpawnBlocking for Inline {
    fn spawn_blocking<'a, R>(
        &mut self,
        task: impl FnOnce() -> R + Send + 'static,
    ) -> BoxFuture<'a, Result<R, Box<dyn StdError + Send + Sync + 'static>>>
    where
        R: Send + 'static,
    {
        Box::pin(std::future::ready(Ok(task())))
    }

    fn get_runtime() -> Self {
        Self
    }
}

/// Writes a query once: `$body` is compiled for SQLite and for PostgreSQL, with `$c` as the connection.
/// The answer's error is [`super::Error`].
macro_rules! on {
    ($conn:expr, $c:ident => $body:expr) => {
        match $conn {
            $crate::storage::Conn::Sqlite(connection) => match connection.try_lock() {
                Ok(mut connection) => {
                    let $c: &mut $crate::storage::connection::Sqlite = &mut connection;
                    $body.map_err($crate::storage::Error::from)
                }
                // Every statement has run to its end before the next is asked for.
                Err(_) => Err($crate::storage::sqlite::waited()),
            },
            $crate::storage::Conn::Postgres($c) => {
                let $c: &mut &diesel_async::AsyncPgConnection = $c;
                $body.map_err($crate::storage::Error::from)
            }
        }
    };
}
