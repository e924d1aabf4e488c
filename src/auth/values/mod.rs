//! The values in requests. Each type parses itself and has private fields, so a value that exists is valid.

pub(crate) mod app_hash;
pub(crate) mod code;
pub(crate) mod contact;
pub(crate) mod email;
pub(crate) mod invalid;
pub(crate) mod locale;
pub(crate) mod name;
#[cfg(test)]
mod parsing_properties;
pub(crate) mod password;
pub(crate) mod phone_number;
pub(crate) mod region;
pub(crate) mod username;
