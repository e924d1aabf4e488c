//! Parts of responses that several use cases share, and the errors of the API.

pub mod challenge;
pub mod error_code;
pub mod field_error;
pub mod problem;
mod problem_from_error;
pub mod rate_limit_headers;
pub mod rfc3339;
pub mod session;
pub mod token_type;
pub mod tokens;
pub mod user;
