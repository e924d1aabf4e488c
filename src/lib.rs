//! countersign: an authentication server. First a password, then a countersign.
//!
//! Rings, and one rule: each technology has one home.
//!
//! ```text
//!             main.rs ── reads the command line and the configuration, builds the parts, in order
//!                │
//!   http/ ────▶ auth/ ────▶ storage/ ────▶ SQLite | PostgreSQL
//!   actix-web,   the rules     diesel
//!   utoipa         ├──────▶ argon2id/      the hash, and the CPU's vectors
//!                  └──────▶ twilio/ ─────▶ Twilio Verify   (over HTTP, whichever stands at the base URL)
//!                           reqwest             ▲
//!   sandbox/ ───────────────────────────────────┘ the double of Twilio Verify: a server of its own
//! ```
//!
//! `stages/` is `dev`'s alone: it knows the rules and the sandbox, which know nothing of each other, and makes users
//! for tests.
//!
//! The modules, in reading order:

pub mod auth;
pub mod config;
pub mod http;
pub mod metrics;
pub mod server;
pub mod stages;
pub mod telemetry;
pub mod webhooks;
