//! One handle for either database, and the macro that expands a query once for each.

use std::error::Error as StdError;

use diesel::SqliteConnection;
use diesel_async::AsyncPgConnection;
use diesel_async::sync_connection_wrapper::{SpawnBlocking, SyncConnectionWrapper};
use futures_util::future::BoxFuture;

/// A connection on which statements can run, inside a transaction where [`super::Db::write`] gave it.
pub enum Conn<'a> {
    /// The writer's connection, or a worker's own read connection.
    Sqlite(&'a mut Sqlite),
    /// By shared reference: statements of one worker's requests are pipelined over one connection.
    Postgres(&'a AsyncPgConnection),
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
            $crate::storage::Conn::Sqlite($c) => {
                let $c: &mut $crate::storage::connection::Sqlite = $c;
                $body.map_err($crate::storage::Error::from)
            }
            $crate::storage::Conn::Postgres($c) => {
                let $c: &mut &diesel_async::AsyncPgConnection = $c;
                $body.map_err($crate::storage::Error::from)
            }
        }
    };
}
