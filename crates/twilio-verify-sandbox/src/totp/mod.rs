//! Entities, TOTP factors and challenges. TOTP is RFC 6238, which builds on HOTP, RFC 4226.

pub(crate) mod algorithm;
pub(crate) mod base32;
pub(crate) mod challenge;
pub(crate) mod challenge_filter;
pub(crate) mod challenge_form;
pub(crate) mod config;
pub(crate) mod entities;
pub(crate) mod entity;
pub(crate) mod entity_json;
pub(crate) mod factor;
pub(crate) mod factor_error;
pub(crate) mod factor_form;
mod form_values;
mod key_uri;
#[cfg(test)]
mod totp_properties;
mod used_steps;
