//! The callers of the API. Each type is a caller at one stage of the flow, with one method per operation that
//! it may use. A method returns the answer, whatever it is. `Answer::expect` checks it.

mod access;
mod client;
mod guest;
mod password_ok;

pub use access::Access;
pub use guest::Guest;
pub use password_ok::PasswordOk;
