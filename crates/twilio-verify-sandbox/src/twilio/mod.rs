//! Twilio's vocabulary: its operations, credentials, SIDs, dates, forms and errors. It knows nothing of HTTP routes or
//! of the sandbox's memory, so both the handlers and the domain use it.

pub(crate) mod credentials;
pub(crate) mod date;
pub(crate) mod error_texts;
pub(crate) mod errors;
pub(crate) mod form;
pub(crate) mod operations;
pub(crate) mod sid;
