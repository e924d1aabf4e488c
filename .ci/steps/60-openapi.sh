# The committed OpenAPI document is what the program prints, and two independent linters find nothing in it.
source .ci/lib.sh
document=openapi/openapi.json
cargo run --quiet --locked -- openapi >"$CI_WORK/openapi.json"
diff -u "$document" "$CI_WORK/openapi.json" || {
    echo "$document is stale: cargo run -- openapi > $document" >&2
    exit 1
}

node_new_enough() {
    node -e 'const [major, minor] = process.versions.node.split("."); process.exit(major > 20 || major == 20 && minor >= 19 ? 0 : 1)' 2>/dev/null
}
if ! node_new_enough || ! command -v npm >/dev/null; then
    # Debian 12 has Node 18, too old for Redocly; the package holds the program itself.
    node=$(python_with .ci/requirements-node.txt)
    PATH=$node:$PATH
fi

linters=$(cache_folder openapi-linters "$(cat .ci/openapi-linters/package-lock.json)")
if [ ! -e "$linters/complete" ]; then
    rm -rf "$linters"
    mkdir -p "$linters"
    cp .ci/openapi-linters/{package.json,package-lock.json,.npmrc} "$linters"
    npm ci --prefix "$linters" --ignore-scripts --no-audit --no-fund --loglevel=error
    touch "$linters/complete"
fi
export REDOCLY_TELEMETRY=off REDOCLY_SUPPRESS_UPDATE_NOTICE=true
"$linters/node_modules/.bin/redocly" lint --lint-config error "$document"
"$linters/node_modules/.bin/spectral" lint --fail-severity hint "$document"
