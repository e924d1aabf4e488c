//! Where your own program would be; the recipe is `tests/login.rs`.
