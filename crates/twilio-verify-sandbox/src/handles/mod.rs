//! The typed control API. The HTTP control API calls it, too.

pub(crate) mod authenticator;
pub(crate) mod clock;
pub(crate) mod faults;
pub(crate) mod journal;
pub(crate) mod phones;
mod wait;
