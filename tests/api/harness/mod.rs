//! What the tests are built from. `Server::dev()` starts the program as a user does and stops it with the
//! test. Each answer is checked against the OpenAPI document before the test sees it.

mod acknowledged;
mod answer;
mod callers;
mod command;
mod database;
mod document;
mod doubles;
mod forge;
mod launch;
mod limits;
mod metrics;
mod migration;
mod person;
mod process;
mod production;
mod raw;
mod requests;
mod sandbox;
mod schema;
mod server;
mod source;
mod steps;
mod temp_dir;

pub use acknowledged::{Acknowledged, People};
pub use answer::{Answer, redacted};
pub use callers::{Access, Guest, PasswordOk};
pub use command::{CommandOutput, rejected_command, run_command, start_command};
pub use database::Database;
pub use document::document;
pub use doubles::{
    Collector, Delivery, Fault, Operation, PostgresServer, Receiver, Shutdown, Span, State, TcpProxy, Twilio,
};
pub use forge::{Forge, claims, header};
pub use launch::Launch;
pub use metrics::Metrics;
pub use migration::migrations;
pub use person::Person;
pub use process::{Process, program, run};
pub use production::{COMPLETE, complete_with, documented_settings, variable};
pub use raw::{Raw, only_status};
pub use requests::{at_once, count};
pub use sandbox::sandbox_operations;
pub use schema::{faults as schema_faults, resolved};
pub use server::Server;
pub use source::Source;
pub use steps::wrong_code;
pub use temp_dir::TempDir;
