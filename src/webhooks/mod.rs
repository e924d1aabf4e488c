//! Webhooks: security events, delivered to one URL and signed as [Standard
//! Webhooks](https://www.standardwebhooks.com) specifies.
//!
//! `auth/events/transaction.rs` writes an event to the outbox in the transaction that causes it. After the
//! request, the replica that claims the message delivers it, and retries as `schedule.rs` says. If a replica
//! crashes, another one takes over its expired lease. So each event is delivered at least once, in no
//! particular order.

mod courier;
mod delivery;
mod endpoint;
mod schedule;
mod signature;

pub use courier::Courier;
pub use endpoint::{Endpoint, InvalidEndpoint};
