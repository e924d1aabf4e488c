//! Verifications: their life cycle, their parameters and the log of attempts.

mod attempts;
mod lifecycle;
mod properties;
mod start_parameters;
mod updates;
