//! All that knows HTTP: handlers and their bodies, a file per use case, and what stands around them.

pub mod bearer;
pub mod call;
pub mod challenge;
pub mod client_ip;
pub mod context;
mod cors;
pub mod dashboard;
pub mod deletion;
pub mod delivery;
pub mod docs;
pub mod email_change;
pub mod error_code;
mod examples;
pub mod fallback;
pub mod fields;
mod head;
pub mod health;
pub mod jwks;
pub mod login;
pub mod logout;
pub mod metadata;
pub mod metrics;
pub mod openapi;
#[cfg(test)]
mod parsing_properties;
pub mod password_change;
pub mod password_reset;
pub mod phone_change;
pub mod problem;
mod problem_examples;
pub mod profile;
pub mod rate_limit;
pub mod refresh;
pub mod resend;
mod rfc3339;
pub mod routes;
pub mod session;
pub mod sessions;
pub mod signup;
pub mod token_type;
pub mod tokens;
mod unread;
pub mod user;
pub mod verify;

pub use cors::cors;
