# Checks the format, the lints and the documentation; every warning is an error.
# A lint (clippy.toml) forbids a second way of checking tokens.
# Threats: a18.
cargo fmt --check
cargo clippy --all-targets --locked -- -D warnings
RUSTDOCFLAGS=-Dwarnings cargo doc --no-deps --locked
