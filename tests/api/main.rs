//! The black-box tests: a real server on a free port, over real HTTP, against our own double of Twilio. This
//! file is their table of contents. SQLite by default; `TEST_DATABASE_URL=postgres://…` for PostgreSQL.

// Clippy lets tests fail as they like, but not what they stand on.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod harness;

mod access_matrix;
mod activity;
mod architecture;
mod clock;
mod command_line;
mod configuration;
mod counters;
mod deletion;
mod faults;
mod flow;
mod forged_tokens;
mod housekeeping;
mod http_bodies;
mod http_connections;
mod http_hygiene;
mod indistinguishable;
mod instances;
mod keys;
mod login;
mod logout;
mod logs;
mod migrations;
mod numbers;
mod openapi;
mod outage;
mod overload;
mod password_change;
mod postgres_tls;
mod profile;
mod provider;
mod provider_check;
mod refresh;
mod replicas;
mod resend;
mod secrets_at_rest;
mod sessions;
mod shutdown;
mod signup;
mod stages;
mod test_mode;
mod test_mode_answers;
mod test_mode_sandbox;
mod test_mode_serve;
mod test_mode_twilio;
mod tokens;
mod verify;
