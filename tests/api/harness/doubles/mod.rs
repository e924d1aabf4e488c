//! The servers that countersign talks to: test doubles, proxies that inject faults, and a real PostgreSQL.

mod collector;
mod fault;
mod http_request;
mod line;
mod postgres_server;
mod receiver;
mod twilio;

pub use collector::{Collector, Traced};
pub use fault::Fault;
pub use line::{Line, State};
pub use postgres_server::{PostgresServer, Shutdown};
pub use receiver::{Receiver, Taken};
pub use twilio::{Operation, Twilio};
