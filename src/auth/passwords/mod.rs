//! Password hashing, and the strength of new passwords.

pub(crate) mod engine;
pub(crate) mod hashing;
pub(crate) mod password_hash;
pub(crate) mod password_strength;
