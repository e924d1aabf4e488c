//! The callers of the API. Each type is a caller at one stage of the flow and has one method per operation that
//! such a caller may use. Every method returns the answer, whatever it is; `Answer::expect` checks it.

mod access;
mod client;
mod guest;
mod password_ok;

pub use access::Access;
pub use guest::Guest;
pub use password_ok::PasswordOk;
