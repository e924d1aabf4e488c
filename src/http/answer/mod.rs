//! Parts of responses that several use cases share, and the table of problems.

pub mod challenge;
pub mod delivery;
pub mod error_code;
pub mod fallback;
pub mod problem;
pub mod rate_limit;
pub mod rfc3339;
pub mod session;
pub mod token_type;
pub mod tokens;
pub mod user;
