# Runs all tests as CONTRIBUTING.md describes: on SQLite, with nothing installed. TEST_KILLS kills the server 25 times.
# Threats: c2, c3.
source .ci/lib.sh
unset TEST_DATABASE_URL
export RUST_TEST_THREADS=$TEST_THREADS
TEST_KILLS=25 cargo test --locked
