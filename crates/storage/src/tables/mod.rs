//! A file per table: its row structs and the statements on them.

pub mod activities;
pub mod challenges;
pub mod contact_changes;
pub mod conversions;
pub mod deployment;
pub mod housekeeping;
pub mod line_types;
pub mod password_resets;
pub mod sessions;
pub mod signing_keys;
pub mod throttles;
pub mod unverified;
pub mod users;
pub mod verifications;
pub mod webhook_outbox;
