//! Reads requests: guards, body fields, bearer tokens and client addresses.

pub mod bearer;
pub mod call;
pub mod client_ip;
pub mod fields;
pub mod head;
#[cfg(test)]
mod parsing_properties;
pub mod unread;
