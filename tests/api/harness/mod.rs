//! What the tests stand on. `Server::dev()` starts the program as its users do and ends it with the test;
//! every answer is held against the OpenAPI document on its way to the test.

mod answer;
mod command;
mod database;
mod document;
mod fault;
mod forge;
mod http_request;
mod migration;
mod person;
mod process;
mod raw;
mod requests;
mod schema;
mod server;
mod source;
mod steps;
mod temp_dir;
mod twilio;

pub use answer::Answer;
pub use command::{Ended, ended, refused, started};
pub use database::Database;
pub use document::document;
pub use fault::Fault;
pub use forge::{Forge, claims, header};
pub use migration::migrations;
pub use person::Person;
pub use process::{Process, run};
pub use raw::{Raw, only_status};
pub use requests::{at_once, count};
pub use schema::{faults as schema_faults, resolved};
pub use server::{Launch, Server};
pub use source::Source;
pub use steps::wrong_code;
pub use temp_dir::TempDir;
pub use twilio::{Operation, Twilio};
