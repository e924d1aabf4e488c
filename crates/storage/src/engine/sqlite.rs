//! SQLite: one read connection per worker thread, and one writer thread.

use std::cell::RefCell;
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use diesel::connection::SimpleConnection;
use diesel::{Connection, SqliteConnection};
use futures_util::FutureExt;

use super::migrations;
use super::sqlite_writer::{Writer, waited};
use crate::{Conn, Error};

/// The busy timeout must come first: otherwise opening a second connection under write load fails. `FULL`:
/// acknowledged commits survive a power failure (<https://sqlite.org/pragma.html#pragma_synchronous>).
const PRAGMAS: &str = "PRAGMA busy_timeout = 5000; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
    PRAGMA foreign_keys = ON; PRAGMA trusted_schema = OFF;";

/// Attempts to open a database, and the pause between them: 2 s in all.
const OPENING_ATTEMPTS: u32 = 40;
const OPENING_PAUSE: Duration = Duration::from_millis(50);

thread_local! {
    /// This thread's read connections, by [`Database::id`].
    static READERS: RefCell<HashMap<u64, Mutex<SqliteConnection>>> = RefCell::default();
}

/// An SQLite database: a file, or memory for the lifetime of this value.
pub(crate) struct Database {
    id: u64,
    /// `None`: in memory, where only the writer's connection has the data.
    path: Option<PathBuf>,
    writer: Writer,
}

impl Database {
    /// Opens a file, which is created if necessary, or a database in memory.
    pub(crate) fn open(path: Option<&Path>, migrate: bool) -> Result<Self, Error> {
        static NEXT_ID: AtomicU64 = AtomicU64::new(0);
        if let Some(path) = path {
            create_owner_only(path)?;
        }
        let mut connection = establish_first(path)?;
        migrations::sqlite(&mut connection, migrate)?;
        Ok(Self {
            id: NEXT_ID.fetch_add(1, Ordering::Relaxed),
            path: path.map(Path::to_path_buf),
            writer: Writer::start(connection)?,
        })
    }

    pub(crate) async fn read<R, F>(&self, f: F) -> Result<R, Error>
    where
        F: AsyncFn(Conn<'_>) -> Result<R, Error> + Send + 'static,
        R: Send + 'static,
    {
        let Some(path) = &self.path else { return self.write(f).await };
        let kept = READERS.with_borrow_mut(|readers| readers.remove(&self.id));
        let connection = match kept {
            Some(connection) => connection,
            None => Mutex::new(establish(Some(path))?),
        };
        // SQLite's statements run synchronously, so the future is ready at the first poll.
        let answer = f(Conn::Sqlite(&connection)).now_or_never().ok_or_else(waited)?;
        READERS.with_borrow_mut(|readers| readers.insert(self.id, connection));
        answer
    }

    pub(crate) async fn write<R, E, F>(&self, f: F) -> Result<R, E>
    where
        F: AsyncFnOnce(Conn<'_>) -> Result<R, E> + Send + 'static,
        R: Send + 'static,
        E: From<Error> + Send + 'static,
    {
        self.writer.run(f).await
    }
}

/// Opens the first connection of a process. If several processes open a new file at once, one of them turns
/// on the write-ahead log, and the others get "locked" in spite of the busy timeout.
fn establish_first(path: Option<&Path>) -> Result<SqliteConnection, Error> {
    let mut attempts = 1;
    loop {
        match establish(path) {
            Err(_) if attempts < OPENING_ATTEMPTS => std::thread::sleep(OPENING_PAUSE),
            outcome => return outcome,
        }
        attempts += 1;
    }
}

fn establish(path: Option<&Path>) -> Result<SqliteConnection, Error> {
    let name = path.map_or(":memory:".into(), |path| path.to_string_lossy());
    let failed = |error: &dyn std::fmt::Display| Error::Unavailable(format!("{name}: {error}"));
    let mut connection = SqliteConnection::establish(&name).map_err(|error| failed(&error))?;
    connection.batch_execute(PRAGMAS).map_err(|error| failed(&error))?;
    Ok(connection)
}

/// Opens a connection to an existing file that cannot change anything. It does not use SQLite's read-only
/// mode, which leaves the files `-wal` and `-shm` behind. As with any reader, the log of a killed server may
/// move into the file when this connection closes.
pub(crate) fn open_to_look(path: &Path) -> Result<SqliteConnection, Error> {
    let failed = |error: &dyn std::fmt::Display| Error::Unavailable(format!("{}: {error}", path.display()));
    let mut connection = SqliteConnection::establish(&uri(path)).map_err(|error| failed(&error))?;
    connection
        .batch_execute("PRAGMA busy_timeout = 5000; PRAGMA query_only = ON; PRAGMA trusted_schema = OFF;")
        .map_err(|error| failed(&error))?;
    Ok(connection)
}

/// Returns a path as a URI (<https://sqlite.org/uri.html>): the only way to not create a file.
fn uri(path: &Path) -> String {
    let escaped = path.to_string_lossy().replace('%', "%25").replace('?', "%3f").replace('#', "%23");
    let authority = if path.is_absolute() { "//" } else { "" };
    format!("file:{authority}{escaped}?mode=rw")
}

/// Creates a file that only its owner may read: it holds password hashes. SQLite gives the files `-wal` and
/// `-shm` the same permissions.
fn create_owner_only(path: &Path) -> Result<(), Error> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).map(drop).map_err(|error| Error::Unavailable(format!("{}: {error}", path.display())))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Threats: c14.
    #[test]
    fn a_new_file_can_be_opened_by_many_threads_at_once() {
        for round in 0..20 {
            let path =
                std::env::temp_dir().join(format!("countersign-open-{}-{round}.db", std::process::id()));
            let openers: Vec<_> = (0..8)
                .map(|_| {
                    let path = path.clone();
                    std::thread::spawn(move || Database::open(Some(&path), true).map(drop))
                })
                .collect();
            for opener in openers {
                opener.join().unwrap().unwrap();
            }
            for suffix in ["", "-wal", "-shm"] {
                let _ = std::fs::remove_file(format!("{}{suffix}", path.display()));
            }
        }
    }
}
