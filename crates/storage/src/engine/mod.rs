//! Connections, transactions, migrations, and the differences between the databases.

#[macro_use]
pub(crate) mod connection;
pub(crate) mod db;
pub(crate) mod error;
pub(crate) mod migrations;
pub(crate) mod postgres;
pub(crate) mod postgres_tls;
pub(crate) mod postgres_url;
pub(crate) mod prepared;
pub(crate) mod sqlite;
pub(crate) mod sqlite_writer;
pub(crate) mod url;
