//! The transactions that replace a password, after a log-in or a reset.

pub(crate) mod begin_password_reset;
pub(crate) mod change_password;
pub(crate) mod replace_forgotten_password;
