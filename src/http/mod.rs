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
pub mod error_code;
mod examples;
pub mod fallback;
pub mod fields;
pub mod health;
pub mod jwks;
pub mod login;
pub mod logout;
pub mod metadata;
pub mod openapi;
pub mod password_change;
pub mod problem;
pub mod profile;
pub mod refresh;
pub mod resend;
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
