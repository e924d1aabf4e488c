# The same suite on PostgreSQL; on a server of this run, TLS to it as well.
source .ci/lib.sh
url=$(postgres_url)
if [ -e "$CI_WORK/ca.crt" ]; then
    export TEST_DATABASE_TLS_ROOT=$CI_WORK/ca.crt
    TEST_DATABASE_TLS_URL=${url/127.0.0.1/localhost}
    export TEST_DATABASE_TLS_URL
fi
TEST_DATABASE_URL=$url cargo test --locked
