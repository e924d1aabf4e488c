# Runs the black-box tests on PostgreSQL; the other tests need no database. On a server of this run, also tests TLS.
source .ci/lib.sh
url=$(postgres_url)
if [ -e "$CI_WORK/ca.crt" ]; then
    export TEST_DATABASE_TLS_ROOT=$CI_WORK/ca.crt
    TEST_DATABASE_TLS_URL=${url/127.0.0.1/localhost}
    export TEST_DATABASE_TLS_URL
fi
# Tests that stop and start a server use their own, so its programs must be installed.
if [ -z "${TEST_POSTGRES_BIN:-}" ]; then
    postgres_bin >/dev/null || install_debian_package postgresql || true
    if bin=$(postgres_bin); then export TEST_POSTGRES_BIN=$bin; else echo 'no initdb: the tests that restart PostgreSQL are skipped' >&2; fi
fi
export RUST_TEST_THREADS=$TEST_THREADS
TEST_KILLS=25 TEST_DATABASE_URL=$url cargo test --locked --test api
