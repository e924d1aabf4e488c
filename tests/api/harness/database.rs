//! A database for one test: an SQLite file, or a PostgreSQL database that is dropped with the test.

use std::path::Path;
use std::time::Duration;

use diesel::connection::SimpleConnection;
use diesel::sql_types::{Nullable, Text};
use diesel::{Connection, QueryableByName, RunQueryDsl, SqliteConnection};

use super::TcpProxy;

/// How long to wait for work in the background: 30 s in all. Most tests need less than one.
const ATTEMPTS: u32 = 1500;
const PAUSE: Duration = Duration::from_millis(20);

/// A fresh database. It is not `Clone`, because it is dropped once. Servers share it by reference.
pub enum Database {
    Sqlite(String),
    Postgres { url: String, server: String, name: String },
}

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = Nullable<Text>)]
    value: Option<String>,
}

impl Database {
    /// A file in `directory`, or a new database on the server of `TEST_DATABASE_URL`.
    pub async fn fresh(directory: &Path) -> Self {
        let Ok(server) = std::env::var("TEST_DATABASE_URL") else {
            return Self::Sqlite(directory.join("test.db").display().to_string());
        };
        Self::on_server(&server).await
    }

    /// Creates a database on this PostgreSQL server.
    pub async fn on_server(server: &str) -> Self {
        let name = format!("countersign_test_{}", uuid::Uuid::new_v4().simple());
        postgres(server, &format!("CREATE DATABASE {name}")).await;
        Self::Postgres { url: with_name(server, &name), server: server.to_owned(), name }
    }

    /// The same database behind a proxy. `None` for a file.
    pub fn behind_proxy(mut self) -> Option<(Self, TcpProxy)> {
        let Self::Postgres { url, .. } = &mut self else { return None };
        let (before, after) = url.split_once("://").unwrap();
        let end = after.find('/').unwrap();
        let (user, host) = after[..end].rsplit_once('@').map_or(("", &after[..end]), |parts| parts);
        let host = if host.contains(':') { host.to_owned() } else { format!("{host}:5432") };
        let line = TcpProxy::to(host);
        let at = if user.is_empty() { "" } else { "@" };
        *url = format!("{before}://{user}{at}{}{}", line.address, &after[end..]);
        Some((self, line))
    }

    pub fn is_postgres(&self) -> bool {
        matches!(self, Self::Postgres { .. })
    }

    /// The value for `--database-url`.
    pub fn url(&self) -> String {
        match self {
            Self::Sqlite(path) => format!("sqlite://{path}"),
            Self::Postgres { url, .. } => url.clone(),
        }
    }

    /// The single value of a query as text; empty for NULL or no row. Counts and texts are the same on both
    /// databases.
    /// Times and identifiers are not.
    pub async fn value(&self, query: &str) -> String {
        let query = format!("SELECT CAST(({query}) AS TEXT) AS value");
        match self {
            Self::Sqlite(path) => {
                let mut connection = sqlite(path);
                let rows: Vec<Row> = diesel::sql_query(query).load(&mut connection).unwrap();
                rows.into_iter().next().and_then(|row| row.value).unwrap_or_default()
            }
            Self::Postgres { url, .. } => postgres(url, &query).await,
        }
    }

    /// The single number of a query.
    pub async fn number(&self, query: &str) -> i64 {
        let value = self.value(query).await;
        value.parse().unwrap_or_else(|_| panic!("{query} gave {value:?}"))
    }

    /// Waits for work in the background until a query returns this number.
    pub async fn eventually(&self, query: &str, number: i64) {
        for _ in 0..ATTEMPTS {
            if self.number(query).await == number {
                return;
            }
            tokio::time::sleep(PAUSE).await;
        }
        panic!("{query} gives {} and not {number}", self.number(query).await);
    }

    /// Runs statements without the server.
    pub async fn execute(&self, statements: &str) {
        match self {
            Self::Sqlite(path) => sqlite(path).batch_execute(statements).unwrap(),
            Self::Postgres { url, .. } => drop(postgres(url, statements).await),
        }
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        let Self::Postgres { server, name, .. } = self else { return };
        let server = server.clone();
        let statement = format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)");
        // A separate thread, because the runtime of the test is stopping.
        let dropped = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(postgres(&server, &statement));
        });
        let _ = dropped.join();
    }
}

fn sqlite(path: &str) -> SqliteConnection {
    let mut connection = SqliteConnection::establish(path).unwrap();
    connection.batch_execute("PRAGMA busy_timeout = 5000; PRAGMA foreign_keys = ON").unwrap();
    connection
}

/// Runs a statement and returns the first value of the first row.
async fn postgres(url: &str, statement: &str) -> String {
    let (client, connection) = tokio_postgres::connect(url, tokio_postgres::NoTls).await.unwrap();
    let driver = tokio::spawn(connection);
    let messages =
        client.simple_query(statement).await.unwrap_or_else(|error| panic!("{statement}: {error:?}"));
    drop(client);
    driver.await.unwrap().unwrap();
    let first = messages.into_iter().find_map(|message| match message {
        tokio_postgres::SimpleQueryMessage::Row(row) => Some(row.get(0).unwrap_or_default().to_owned()),
        _ => None,
    });
    first.unwrap_or_default()
}

/// Replaces the database name of a URL.
fn with_name(url: &str, name: &str) -> String {
    let (base, query) =
        url.split_once('?').map_or((url, String::new()), |(base, query)| (base, format!("?{query}")));
    let authority_end = base.find("://").map_or(0, |at| at + 3);
    let end = base[authority_end..].find('/').map_or(base.len(), |at| authority_end + at);
    format!("{}/{name}{query}", &base[..end])
}
