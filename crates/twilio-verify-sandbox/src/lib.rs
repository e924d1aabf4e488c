//! A test double of [Twilio Verify v2](https://www.twilio.com/docs/verify/api): a local server that accepts the requests
//! of Twilio's clients, sends nothing, and lets a test read the codes, break the service and move the clock.
//!
//! ```
//! use std::time::Duration;
//! use twilio_verify_sandbox::{Effect, NewFault, OperationKind, Sandbox};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let sandbox = Sandbox::start().await?;
//!
//! // Configure the program under test: these replace Twilio's address and your credentials.
//! let base_url = sandbox.url();
//! let account_sid = sandbox.account_sid();
//! let auth_token = sandbox.auth_token();
//! let service_sid = sandbox.service_sid();
//! # let _ = (base_url, account_sid, auth_token, service_sid);
//!
//! // Let the program send a code. Then read it:
//! let code = sandbox.wait_for_code("+12015550123", Duration::from_millis(10)).await;
//! # assert!(code.is_err());
//!
//! // Break Twilio: the next two starts answer 503.
//! sandbox.faults().make(NewFault::new(OperationKind::Start, Effect::status(503)).times(2))?;
//!
//! // Let the code expire.
//! sandbox.clock().advance(Duration::from_secs(10 * 60))?;
//! # Ok(())
//! # } // The sandbox stops when it is dropped.
//! ```
//!
//! [`Sandbox`] is the place to start. [`Operation`] lists the operations of Twilio's API that are offered; other paths
//! answer as Twilio does for an unknown resource. The same functions are available over HTTP below `/sandbox`
//! (`GET /sandbox/openapi.json` describes them), and `/` is a page that shows the virtual phones.
//!
//! # Accounts
//!
//! Any well-formed account SID is an account of its own, with its own services, verifications and messages. It exists
//! from the first request that names it. The only password is [`AUTH_TOKEN`], so a real secret that is sent by mistake is
//! rejected.
//!
//! # Magic numbers
//!
//! Each number `+1 NPA 555-01xy` has a fixed behavior, whatever the area code `NPA`. The last two digits select it:
//!
//! | `xy` | behavior |
//! |---|---|
//! | 00–39 | a random code arrives at once; all other numbers do the same |
//! | 40–49 | the code is 424242 |
//! | 50–54 | a landline: 403 with code 60205 by SMS |
//! | 55–59 | a country that is not allowed: 403 with code 60605 by SMS and call |
//! | 60–64 | blocked by Fraud Guard: 403 with code 60410 by SMS |
//! | 65–69 | too many sends: 429 with code 60203 |
//! | 70–74 | too many requests: 429 with code 20429 and `Retry-After` |
//! | 75–79 | Twilio is unavailable: 503 with code 20503 |
//! | 80–84 | the message arrives after 8 seconds |
//! | 85–89 | the message never arrives |
//! | 90–94 | the verification is gone at the check: 404 with code 20404 |
//! | 95–99 | the message is sent, then the connection closes without an answer |

mod account;
mod control;
mod delivery;
mod faults;
mod guard;
mod handles;
mod options;
mod phone;
mod random;
mod rate_limit;
mod sandbox;
mod server;
mod state;
mod totp;
mod twilio;
mod verification;
mod wire;

#[cfg(test)]
mod tests;

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

pub use faults::effect::{Effect, FaultKind};
pub use faults::journal::RequestFilter;
pub use faults::new_fault::{InvalidFault, NewFault};
pub use faults::operation_filter::{OperationFilter, OperationKind};
pub use faults::recorded_request::RecordedRequest;
pub use faults::{Fault, FaultId};
pub use handles::clock::{ClockTooFar, SandboxClock};
pub use handles::faults::{FaultError, Faults};
pub use handles::journal::Journal;
pub use handles::phones::{NoMessage, Phones};
pub use options::{Extension, Options};
pub use phone::channel::Channel;
pub use phone::message::Message;
pub use phone::message::MessageFilter;
pub use sandbox::{Sandbox, SandboxBuilder};
pub use server::Embedded;
pub use twilio::operations::Operation;

/// The account to use when it does not matter which. Its SID has Twilio's format, and no real account has it.
pub const ACCOUNT_SID: &str = "ACc0dec0dec0dec0dec0dec0dec0dec0de";
/// The Verify service that every account has from the start.
pub const SERVICE_SID: &str = "VAc0dec0dec0dec0dec0dec0dec0dec0de";
/// The only auth token (or API key secret) that the sandbox accepts. A real secret never works here by accident.
pub const AUTH_TOKEN: &str = "sandbox";
