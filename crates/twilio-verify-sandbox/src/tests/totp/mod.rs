//! Entities, TOTP factors and challenges.

mod challenges;
mod entities;
mod factor_limits;
pub(super) mod factors;
