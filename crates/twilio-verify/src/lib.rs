//! The client of Twilio Verify v2: start a verification, check a code, cancel, create and fetch the service; and of
//! Lookup v2: what kind of line a number is.
//!
//! A leaf: it knows HTTP, Twilio's words, the time and where to count, and nothing else of this crate. It speaks to whatever
//! stands at [`Settings::base_url`]; in development and in the tests that is the sandbox.
//!
//! Three rules hold everywhere below, because breaking one costs money or lets somebody in:
//!
//! 1. [`Approved`] comes from one place (`check.rs`): a 2xx answer with `status` `approved` for the very
//!    verification that was asked about. An answer that got lost is never a yes.
//! 2. A request that may have reached Twilio is never repeated, since Twilio has no idempotency key. Only
//!    429, which Twilio documents as "never processed", is tried again.
//! 3. Neither the phone number, the code, the credentials nor Twilio's `message` (which quotes the number)
//!    gets into a log line or an error. The one exception is [`Failure::message`] of creating a service, where there
//!    is no number.

mod breaker;
#[cfg(test)]
mod breaker_properties;
mod call;
mod channel;
mod check;
mod client;
mod error_codes;
mod failure;
mod failure_kind;
mod friendly_name;
mod gate;
mod line_type;
mod lookup;
mod observer;
mod operation;
mod retry;
mod service;
mod settings;
mod sid;
mod start;
mod transport;

#[cfg(test)]
mod tests;

pub use channel::{Channel, UnknownChannel};
pub use check::{Approved, Checked};
pub use client::VerifyClient;
pub use failure::Failure;
pub use failure_kind::FailureKind;
pub use friendly_name::{FriendlyName, InvalidFriendlyName};
pub use line_type::{LineType, UnknownLineType};
pub use observer::{NoObserver, Observer};
pub use operation::Operation;
pub use service::Service;
pub use settings::{InvalidSettings, Settings, TWILIO_BASE_URL};
pub use sid::{InvalidSid, ServiceSid, VerificationSid};
pub use start::{StartVerification, Started};
