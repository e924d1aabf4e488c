//! All that knows SQL. One file per table holds its row structs and plain functions; a query is written
//! once and serves both databases. What differs between them stands in `sqlite*.rs`, `postgres*.rs`,
//! `sql_types.rs` and `migrations.rs`, and nowhere else.
//!
//! Functions that belong into a transaction take a [`Conn`]; [`Db::read`], [`Db::write`] and [`Db::write_at_once`] hand
//! one out.
//!
//! What a unique key finds is taken with `get_result`, never `first`: that one adds a `LIMIT ?`, and a bound
//! limit makes SQLite prepare the statement anew at each use, at twice the price of the query itself.

#[macro_use]
mod connection;
mod db;
mod error;
mod gathered;
mod inspect;
mod migrations;
mod postgres;
mod postgres_tls;
mod postgres_url;
mod prepared;
mod purpose;
mod schema;
mod sql_types;
mod sqlite;
mod sqlite_writer;
mod url;

pub mod activities;
pub mod challenges;
pub mod contact_changes;
pub mod conversions;
pub mod deployment;
pub mod housekeeping;
pub mod line_types;
pub mod password_resets;
pub mod sessions;
pub mod signing_keys;
pub mod throttles;
pub mod unverified;
pub mod users;
pub mod webhook_outbox;

use connection::found;
pub use connection::{Committed, Conn};
pub use db::{Db, PoolState, Settings};
pub use error::Error;
pub use inspect::{Inspection, inspect};
use prepared::prepared;
pub use purpose::Purpose;
pub use sql_types::{Id, Timestamp};
pub use url::{DatabaseUrl, InvalidDatabaseUrl};
