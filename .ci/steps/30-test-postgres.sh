# The black-box tests on PostgreSQL, the only ones that need a database; on a server of this run, TLS to it as well.
source .ci/lib.sh
url=$(postgres_url)
if [ -e "$CI_WORK/ca.crt" ]; then
    export TEST_DATABASE_TLS_ROOT=$CI_WORK/ca.crt
    TEST_DATABASE_TLS_URL=${url/127.0.0.1/localhost}
    export TEST_DATABASE_TLS_URL
fi
# A server that a test stops and starts is its own: the programs must be here.
if [ -z "${TEST_POSTGRES_BIN:-}" ]; then
    postgres_bin >/dev/null || install_debian_package postgresql || true
    if bin=$(postgres_bin); then export TEST_POSTGRES_BIN=$bin; else echo 'no initdb: without a restart of PostgreSQL' >&2; fi
fi
export RUST_TEST_THREADS=$TEST_THREADS
TEST_KILLS=25 TEST_DATABASE_URL=$url cargo test --locked --test api
