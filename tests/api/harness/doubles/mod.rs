//! The servers that countersign talks to: test doubles, proxies that inject faults, and a real PostgreSQL.

mod collector;
mod fault;
mod http_request;
mod postgres_server;
mod receiver;
mod tcp_proxy;
mod twilio;

pub use collector::{Collector, Span};
pub use fault::Fault;
pub use postgres_server::{PostgresServer, Shutdown};
pub use receiver::{Delivery, Receiver};
pub use tcp_proxy::{State, TcpProxy};
pub use twilio::{Operation, Twilio};
