//! The black-box tests: a real server on a free port, over real HTTP, against our own double of Twilio. This
//! file is their table of contents. SQLite by default; `TEST_DATABASE_URL=postgres://…` for PostgreSQL.

// Clippy lets tests fail as they like, but not what they stand on.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod harness;

mod abuse;
mod access_matrix;
mod activity;
mod architecture;

mod circuit_breaker;
mod clock;
mod command_line;
mod configuration;
mod configuration_page;
mod conversion;
mod counters;
mod database_full;
mod database_restart;
mod deletion;
mod email_change;
mod events;
mod faults;
mod flow;
mod forged_tokens;
mod guards;
mod hashing;
mod housekeeping;
mod http_bodies;
mod http_connections;
mod http_head;
mod http_hygiene;
mod http_many;
mod indistinguishable;
mod instances;
mod keys;
mod killed;
mod line_types;
mod log_lines;
mod login;
mod logout;
mod logs;
mod lookalikes;
mod metrics;
mod migrations;
mod numbers;
mod openapi;
mod outage;
mod overload;
mod password_change;
mod password_reset;
mod passwords;
mod phone_change;
mod phone_change_races;
mod postgres_tls;
mod profile;
mod provider;
mod provider_check;
mod provider_timeout;
mod pumping;
mod refresh;
mod regions;
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
mod throttle_codes;
mod throttle_headers;
mod throttle_log_in;
mod throttle_rule;
mod throttle_sends;
mod throttle_sign_up;
mod tokens;
mod traces;
mod unverified;
mod verify;
mod webhooks;
