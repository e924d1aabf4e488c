# Format, lints, documentation: a warning is an error. Lints forbid a second way of checking tokens (a18 of the threat list).
cargo fmt --check
cargo clippy --all-targets --locked -- -D warnings
RUSTDOCFLAGS=-Dwarnings cargo doc --no-deps --locked
