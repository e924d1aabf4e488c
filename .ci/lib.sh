# What the steps share. Sourced, never run.

shopt -s inherit_errexit # or a failure inside $(…) goes unseen

SKIP_STATUS=77 # a step's exit status where it could not be tried and that is no fault
CACHE=${XDG_CACHE_HOME:-$HOME/.cache}/countersign-ci
TARGET=${CARGO_TARGET_DIR:-target}
TEST_THREADS=$((2 * $(nproc))) # a test waits half of its time: for a server, a disk, a clock

# need COMMAND PACKAGE: installs a Debian package where COMMAND is missing and one may.
need() {
    if command -v "$1" >/dev/null; then return; fi
    install_debian_package "$2" || {
        echo "$1 is missing: install it (Debian: $2), or run as root where apt-get is" >&2
        return 1
    }
}

install_debian_package() {
    [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null || return 1
    export DEBIAN_FRONTEND=noninteractive
    apt-get update -qq && apt-get install -y -qq --no-install-recommends "$1"
}

# cache_folder NAME KEY: prints the folder for the tools NAME in the versions that KEY spells out. Whoever fills it
# makes a file `complete` in it last, since a run may be stopped half-way.
cache_folder() {
    printf '%s/%s-%s' "$CACHE" "$1" "$(printf '%s' "$2" | cksum | cut -d' ' -f1)"
}

# python_with REQUIREMENTS: prints the folder of the programs in a virtual environment that holds them.
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

# use_node: puts a node and an npm into PATH.
use_node() {
    if node_new_enough && command -v npm >/dev/null; then return; fi
    # Debian 12 has Node 18, too old for Redocly; the package holds the program itself.
    local node
    node=$(python_with .ci/requirements-node.txt)
    PATH=$node:$PATH
}

# node_modules FOLDER: prints the node_modules of the package in FOLDER, as its lock file has it.
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

# The server programs of PostgreSQL: Debian keeps them out of PATH.
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

# PostgreSQL refuses to run as root.
as_postgres_user() {
    if [ "$(id -u)" != 0 ]; then
        "$@"
    elif id postgres >/dev/null 2>&1; then
        runuser -u postgres -- "$@"
    else
        runuser -u nobody -- "$@"
    fi
}

# postgres_url: prints the URL of a PostgreSQL server to test on: the given one, or one started for this run.
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
    # A thrown-away database needs no fsync; each test has a pool of its own, hence the connections.
    # The options are one word each, as pg_ctl passes them through a shell.
    as_postgres_user "$bin/pg_ctl" start --silent --wait --pgdata "$data" --log "$data/log" --options \
        "-p $port -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c max_connections=400 \
         -c ssl=on -c fsync=off -c synchronous_commit=off -c full_page_writes=off"
    printf 'postgres://postgres@127.0.0.1:%d/postgres' "$port" >"$CI_WORK/postgres.url"
    echo "PostgreSQL of this run: port $port"
}

# An authority of this run, and a certificate of its for the name localhost.
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
