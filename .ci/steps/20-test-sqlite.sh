# The suite as the README tells to run it: on SQLite, with nothing installed.
unset TEST_DATABASE_URL
TEST_KILLS=25 cargo test --locked
