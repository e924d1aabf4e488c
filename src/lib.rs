//! countersign: a self-hosted authentication server with a password and a one-time code.
//!
//! Each technology has one home. Arrows point from the caller to the callee:
//!
//! ```text
//!             main.rs          reads the command line and the configuration, then builds the parts
//!                │
//!   http/ ────▶ auth/ ────▶ crates/storage ────▶ SQLite | PostgreSQL
//!   actix-web,   the rules     diesel
//!   utoipa         ├──────▶ crates/argon2id             password hashes
//!                  └──────▶ crates/twilio-verify ─────▶ Twilio Verify, or whatever is at the base URL
//!                           reqwest             ▲
//!   crates/twilio-verify-sandbox ───────────────┘ a test double of Twilio Verify, a separate server
//! ```
//!
//! `stages/` creates users for tests. Only `dev` uses it, and only it knows both the rules and the sandbox.

pub mod auth;
pub mod config;
pub mod http;
pub mod metrics;
pub mod server;
pub mod stages;
pub mod telemetry;
pub mod webhooks;
