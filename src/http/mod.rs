//! All that knows HTTP: handlers and their bodies, a file per use case, and what stands around them.

pub mod answer;
pub mod context;
mod cors;
pub mod dashboard;
pub mod deletion;
pub mod document;
pub mod email_change;
pub mod health;
pub mod jwks;
pub mod login;
pub mod logout;
pub mod metadata;
pub mod metrics;
pub mod password_change;
pub mod password_reset;
pub mod phone_change;
pub mod profile;
pub mod refresh;
pub mod request;
pub mod resend;
pub mod routes;
pub mod sessions;
pub mod signup;
pub mod verify;

pub use cors::cors;
