//! The place of your own program. The recipe is `tests/login.rs`.
