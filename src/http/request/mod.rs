//! Reads requests: guards, bodies and their fields, bearer tokens and client addresses.

pub mod authorized_request;
pub mod bearer;
pub mod body;
pub mod client_ip;
pub mod delivery;
pub mod fields;
pub mod guard;
#[cfg(test)]
mod parsing_properties;
