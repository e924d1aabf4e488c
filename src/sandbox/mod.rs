//! The double of Twilio Verify v2: a server of its own with its own state, on loopback. It shares the clock
//! with the rest of the program and nothing else.
//!
//! ```text
//! guard ──▶ wire/     what Twilio's clients speak: Basic auth, forms, Twilio's error bodies
//!      └──▶ control/  what tests and people speak: the virtual phones, the clock
//!              │
//!            state ──▶ account ──▶ ledger ──▶ verification    (from ledger on: pure, time is an argument)
//!                             └──▶ inbox, service
//! ```
//!
//! A request on the wire goes through four steps, in this order: who calls (`auth`), what is asked for (the
//! handlers in `wire`), what becomes of it (`ledger`), and a message to a virtual phone (`state`). What breaks
//! the provider on purpose belongs between the second and the third.

mod account;
mod asked;
mod auth;
mod channel;
mod control;
mod error_texts;
mod errors;
mod fault;
mod faults;
mod guard;
mod inbox;
mod journal;
mod ledger;
mod messages;
mod openapi;
mod problem;
mod random;
mod recipient;
mod server;
mod service;
mod state;
mod verification;
mod wire;

#[cfg(test)]
mod ledger_properties;
#[cfg(test)]
mod tests;

pub use server::{Options, server};

/// The account to use when one does not care which. Its pattern is Twilio's and no real account has it.
pub const ACCOUNT_SID: &str = "ACc0dec0dec0dec0dec0dec0dec0dec0de";
/// The Verify service that exists in every account from the start.
pub const SERVICE_SID: &str = "VAc0dec0dec0dec0dec0dec0dec0dec0de";
/// The only auth token (or API key secret) that is accepted: a real one must never work here by accident.
pub const AUTH_TOKEN: &str = "sandbox";
