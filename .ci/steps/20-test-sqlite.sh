# The suite as the README tells to run it: on SQLite, with nothing installed. 25 kills are c2 and c3 of the threat list.
source .ci/lib.sh
unset TEST_DATABASE_URL
export RUST_TEST_THREADS=$TEST_THREADS
TEST_KILLS=25 cargo test --locked
