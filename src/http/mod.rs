//! The HTTP API: one file per use case with its handlers and bodies, and what they share.

pub mod answer;
pub mod dashboard;
pub mod default_service;
pub mod deletion;
pub mod document;
pub mod email_change;
pub mod health;
pub mod jwks;
pub mod login;
pub mod logout;
pub mod metadata;
pub mod metrics;
pub mod middleware;
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
