#![doc = include_str!("../README.md")]

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
mod no_response;
mod observer;
mod operation;
mod response;
mod retry;
mod service;
mod settings;
mod sid;
mod start;
mod transport;

#[cfg(test)]
mod tests;

pub use channel::{Channel, UnknownChannel};
pub use check::{Approved, CheckOutcome};
pub use client::VerifyClient;
pub use failure::Failure;
pub use failure_kind::FailureKind;
pub use friendly_name::{FriendlyName, InvalidFriendlyName};
pub use line_type::{LineType, UnknownLineType};
pub use observer::{NoObserver, Observer};
pub use operation::Operation;
pub use secrecy::SecretString;
pub use service::Service;
pub use settings::{InvalidSettings, Settings, TWILIO_BASE_URL};
pub use sid::{InvalidSid, ServiceSid, VerificationSid};
pub use start::{PendingVerification, StartVerification};
