# Generated requests find no 5xx and nothing that the OpenAPI document does not say: c18 of the threat list, a8 and a52
# beside their tests.
source .ci/lib.sh
cargo build --quiet --locked
tools=$(python_with .ci/requirements.txt)
"$tools/python" .ci/fuzz.py "$TARGET/debug/countersign" "${SCHEMATHESIS_SECONDS:-90}"
