# Functions that the steps share. Source this file; do not run it.

shopt -s inherit_errexit # otherwise a failure inside $(…) is ignored

SKIP_STATUS=77 # the exit status of a step that cannot run here
CACHE=${XDG_CACHE_HOME:-$HOME/.cache}/countersign-ci
TARGET=${CARGO_TARGET_DIR:-target}
TEST_THREADS=$((2 * $(nproc))) # tests spend half of their time waiting

# need COMMAND PACKAGE: installs a Debian package if COMMAND is missing and apt-get can be used.
need() {
    if command -v "$1" >/dev/null; then return; fi
    install_debian_package "$2" || {
        echo "$1 is missing: install it (Debian: $2), or run as root on a system with apt-get" >&2
        return 1
    }
}

install_debian_package() {
    [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null || return 1
    export DEBIAN_FRONTEND=noninteractive
    apt-get update -qq && apt-get install -y -qq --no-install-recommends "$1"
}

# cache_folder NAME KEY: prints the folder for the tools NAME in the versions of KEY. The caller fills the folder and then
# creates a file `complete` in it, because a run can be interrupted.
cache_folder() {
    printf '%s/%s-%s' "$CACHE" "$1" "$(printf '%s' "$2" | cksum | cut -d' ' -f1)"
}

# python_with REQUIREMENTS: prints the folder of the programs of a virtual environment with these packages.
python_with() {
    need python3 python3 >&2
    python3 -c 'import ensurepip, venv' 2>/dev/null || install_debian_package python3-venv >&2
    local folder
    folder=$(cache_folder python "$(python3 --version && cat "$1")")
    if [ ! -e "$folder/complete" ]; then
        rm -rf "$folder"
        python3 -m venv "$folder" >&2
        "$folder/bin/pip" install --quiet --disable-pip-version-check -r "$1" >&2
        touch "$folder/complete"
    fi
    printf '%s/bin' "$folder"
}

node_new_enough() {
    node -e 'const [major, minor] = process.versions.node.split("."); process.exit(major > 20 || major == 20 && minor >= 19 ? 0 : 1)' 2>/dev/null
}

# use_node: puts node and npm into PATH.
use_node() {
    if node_new_enough && command -v npm >/dev/null; then return; fi
    # Debian 12 has Node 18, which is too old for Redocly. The Python package contains the program.
    local node
    node=$(python_with .ci/requirements-node.txt)
    PATH=$node:$PATH
}

# node_modules FOLDER: prints the node_modules folder for the package and lock file in FOLDER.
node_modules() {
    local folder
    folder=$(cache_folder "$(basename "$1")" "$(cat "$1/package-lock.json")")
    if [ ! -e "$folder/complete" ]; then
        rm -rf "$folder"
        mkdir -p "$folder"
        cp "$1"/{package.json,package-lock.json,.npmrc} "$folder"
        npm ci --prefix "$folder" --ignore-scripts --no-audit --no-fund --loglevel=error >&2
        touch "$folder/complete"
    fi
    printf '%s/node_modules' "$folder"
}

# Prints the folder of PostgreSQL's server programs, which Debian keeps out of PATH.
postgres_bin() {
    local folder
    for folder in /usr/lib/postgresql/*/bin "$(dirname "$(command -v initdb || echo /nowhere/initdb)")"; do
        if [ -x "$folder/initdb" ] && [ -x "$folder/pg_ctl" ]; then
            printf '%s' "$folder"
            return
        fi
    done
    return 1
}

# Runs a command as another user if this is root, because PostgreSQL refuses to run as root.
as_postgres_user() {
    if [ "$(id -u)" != 0 ]; then
        "$@"
    elif id postgres >/dev/null 2>&1; then
        runuser -u postgres -- "$@"
    else
        runuser -u nobody -- "$@"
    fi
}

# postgres_url: prints the URL of a PostgreSQL server to test on. Starts one unless TEST_DATABASE_URL is set.
postgres_url() {
    if [ -n "${TEST_DATABASE_URL:-}" ]; then
        printf '%s' "$TEST_DATABASE_URL"
        return
    fi
    [ -e "$CI_WORK/postgres.url" ] || start_postgres >&2
    cat "$CI_WORK/postgres.url"
}

start_postgres() {
    postgres_bin >/dev/null || install_debian_package postgresql || {
        echo 'PostgreSQL is missing: install its server, or set TEST_DATABASE_URL' >&2
        return 1
    }
    local bin data=$CI_WORK/postgres port
    bin=$(postgres_bin)
    port=$(free_port)
    mkdir "$data"
    if [ "$(id -u)" = 0 ]; then chown "$(as_postgres_user id -u)" "$data"; fi
    as_postgres_user "$bin/initdb" --pgdata "$data" --username postgres --auth trust --encoding UTF8 \
        --locale C --no-sync >/dev/null
    make_certificates "$data"
    # A temporary database needs no fsync. Each test has its own pool, hence the connections.
    # pg_ctl passes the options through a shell, so each is one word.
    as_postgres_user "$bin/pg_ctl" start --silent --wait --pgdata "$data" --log "$data/log" --options \
        "-p $port -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c max_connections=400 \
         -c ssl=on -c fsync=off -c synchronous_commit=off -c full_page_writes=off"
    printf 'postgres://postgres@127.0.0.1:%d/postgres' "$port" >"$CI_WORK/postgres.url"
    echo "PostgreSQL of this run: port $port"
}

# Creates a certificate authority for this run, and a certificate for localhost.
make_certificates() {
    local data=$1 key=(-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes)
    openssl req -x509 "${key[@]}" -days 2 -subj '/CN=countersign CI' -addext 'keyUsage=critical,keyCertSign' \
        -keyout "$CI_WORK/ca.key" -out "$CI_WORK/ca.crt" 2>/dev/null
    openssl req "${key[@]}" -subj '/CN=localhost' -keyout "$data/server.key" -out "$CI_WORK/server.csr" 2>/dev/null
    printf 'subjectAltName=DNS:localhost\nbasicConstraints=CA:FALSE\n' >"$CI_WORK/server.ext"
    openssl x509 -req -in "$CI_WORK/server.csr" -CA "$CI_WORK/ca.crt" -CAkey "$CI_WORK/ca.key" -CAcreateserial -days 2 \
        -extfile "$CI_WORK/server.ext" -out "$data/server.crt" 2>/dev/null
    chmod 600 "$data/server.key"
    chmod 644 "$CI_WORK/ca.crt"
    if [ "$(id -u)" = 0 ]; then chown "$(as_postgres_user id -u)" "$data/server.key" "$data/server.crt"; fi
}

stop_postgres() {
    [ -d "$CI_WORK/postgres" ] || return 0
    as_postgres_user "$(postgres_bin)/pg_ctl" stop --silent --mode immediate --pgdata "$CI_WORK/postgres" || true
}

free_port() {
    python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}
