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
mod inspect;
mod schema;
mod session_batcher;
mod tables;
mod values;

use engine::connection::found;
pub use engine::connection::{Committed, Conn};
pub use engine::db::{Db, Settings};
pub use engine::error::Error;
pub use engine::postgres::PoolState;
pub use engine::url::{DatabaseUrl, InvalidDatabaseUrl};
pub use inspect::{Inspection, inspect};
pub use tables::{
    activities, challenges, contact_changes, conversions, deployment, housekeeping, line_types,
    password_resets, sessions, signing_keys, throttles, unverified, users, webhook_outbox,
};
pub use values::activity_kind::ActivityKind;
pub use values::amr::{Amr, AuthMethod};
pub use values::channel::Channel;
pub use values::end_reason::EndReason;
pub use values::event_kind::{EventKind, UnknownEvent};
pub use values::mode::Mode;
pub use values::purpose::Purpose;
pub use values::sql_types::{Id, Timestamp};
