//! Operation: configuration, databases, keys, logs, metrics, webhooks.

mod clock;
mod command_line;
mod configuration;
mod database_full;
mod database_outage;
mod database_restart;
mod events;
mod housekeeping;
mod instances;
mod keys;
mod killed;
mod log_lines;
mod logs;
mod metrics;
mod migrations;
mod postgres_tls;
mod replicas;
mod secrets_at_rest;
mod shutdown;
mod traces;
mod webhooks;
