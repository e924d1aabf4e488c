# Checks the format, the lints and the documentation; every warning is an error.
# A lint (clippy.toml) forbids a second way of checking tokens.
# Threats: a18.
cargo fmt --all --check
cargo clippy --workspace --all-targets --locked -- -D warnings
RUSTDOCFLAGS=-Dwarnings cargo doc --workspace --no-deps --locked
