//! What happens to every request and response: ids, logs, errors, headers and CORS.

pub mod context;
pub mod cors;
mod head_requests;
mod unread_body;
