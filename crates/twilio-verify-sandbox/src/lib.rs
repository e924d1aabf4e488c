//! The double of Twilio Verify v2: a server of its own with its own state, on loopback. It shares the clock
//! with the rest of the program and nothing else.
//!
//! ```text
//! guard ──▶ wire/     what Twilio's clients speak: Basic auth, forms, Twilio's error bodies
//!      └──▶ control/  what tests and people speak: the virtual phones, the clock
//!              │
//!            state ──▶ accounts ──▶ account ──▶ ledger ──▶ verification    (pure from accounts on: time is
//!              │                           ├──▶ entities ──▶ entity ──▶ factor, challenge ──▶ totp    an argument)
//!              │                           └──▶ inbox, journal, service,
//!              └─────▶ faults                      rate_limits, safe_list
//! ```
//!
//! A request on the wire goes through these steps, in this order: who calls (`auth`), what is asked about whom
//! (`wire/pipeline`, which writes it into the `journal`), a fault that breaks it (`faults`), what the parameters say
//! (the handlers in `wire`), what the number is made for (`numbers`), what becomes of it (`ledger`), and a message to
//! a virtual phone (`delivery`).

mod account;
mod control;
mod delivery;
mod faults;
mod guard;
mod options;
mod phone;
mod random;
mod rate_limit;
mod server;
mod state;
mod totp;
mod twilio;
mod verification;
mod wire;

#[cfg(test)]
mod tests;

pub use options::{Extension, Options};
pub use phone::phones::Phones;
pub use server::Sandbox;

/// The account to use when one does not care which. Its pattern is Twilio's and no real account has it.
pub const ACCOUNT_SID: &str = "ACc0dec0dec0dec0dec0dec0dec0dec0de";
/// The Verify service that exists in every account from the start.
pub const SERVICE_SID: &str = "VAc0dec0dec0dec0dec0dec0dec0dec0de";
/// The only auth token (or API key secret) that is accepted: a real one must never work here by accident.
pub const AUTH_TOKEN: &str = "sandbox";
