# The suite as the README tells to run it: on SQLite, with nothing installed.
unset TEST_DATABASE_URL
cargo test --locked
