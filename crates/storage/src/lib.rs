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
mod engine;
mod purpose;
mod schema;

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

use engine::connection::found;
pub use engine::connection::{Committed, Conn};
pub use engine::db::{Db, PoolState, Settings};
pub use engine::error::Error;
pub use engine::inspect::{Inspection, inspect};
pub use engine::sql_types::{Id, Timestamp};
pub use engine::url::{DatabaseUrl, InvalidDatabaseUrl};
pub use purpose::Purpose;
