//! Webhooks: security events, delivered to one URL and signed after [Standard Webhooks](https://www.standardwebhooks.com).
//!
//! An event is written to the outbox in the transaction of what it tells of (`auth/transaction.rs`). Here it is delivered:
//! by whichever replica claims it, after the request, as often as it takes until `schedule.rs` ends. A replica that crashes
//! holds its claim until it runs out; then another one delivers. So each event comes at least once, in no certain order.

mod courier;
mod delivery;
mod endpoint;
mod schedule;
mod signature;

pub use courier::Courier;
pub use endpoint::{Endpoint, InvalidEndpoint};
