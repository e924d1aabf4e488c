# Checks that the committed OpenAPI document is fresh and passes two linters.
source .ci/lib.sh
document=openapi/openapi.json
cargo run --quiet --locked -- openapi >"$CI_WORK/openapi.json"
diff -u "$document" "$CI_WORK/openapi.json" || {
    echo "$document is stale: cargo run -- openapi > $document" >&2
    exit 1
}

use_node
linters=$(node_modules .ci/openapi-linters)
export REDOCLY_TELEMETRY=off REDOCLY_SUPPRESS_UPDATE_NOTICE=true
"$linters/.bin/redocly" lint --lint-config error "$document"
"$linters/.bin/spectral" lint --fail-severity hint "$document"
