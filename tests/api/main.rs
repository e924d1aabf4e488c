//! The black-box tests. Each test starts the real program on a free port and talks to it over HTTP; a test
//! double takes the place of Twilio. The database is SQLite, or PostgreSQL if `TEST_DATABASE_URL` is set.
//!
//! | folder | tests of |
//! |---|---|
//! | `flow` | the operations of the API: from sign-up to deletion |
//! | `limits` | rate limits, abuse, and what codes cost |
//! | `twilio` | failures of the provider, the sandbox, and test mode |
//! | `http` | the protocol, tokens, access rules, and the OpenAPI document |
//! | `ops` | configuration, databases, keys, logs, metrics and webhooks |
//! | `project` | the structure of the source, the generated pages and the list of threats |
//! | `harness` | nothing: what the tests are built from |
//!
//! A test names the threats of `docs/threats.md` that it covers in its doc comment: `Threats: a30, b29.`

// Clippy allows these in tests, but not in the helpers around them.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod harness;

mod flow;
mod http;
mod limits;
mod ops;
mod project;
mod twilio;
