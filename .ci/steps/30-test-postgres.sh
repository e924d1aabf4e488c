# The same suite on PostgreSQL.
source .ci/lib.sh
url=$(postgres_url)
TEST_DATABASE_URL=$url cargo test --locked
