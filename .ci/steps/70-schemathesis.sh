# Sends generated requests: none may cause a 5xx answer or an answer that the OpenAPI document does not describe.
# Threats: a8, a52, c18.
source .ci/lib.sh
cargo build --quiet --locked
tools=$(python_with .ci/requirements.txt)
"$tools/python" .ci/fuzz.py "$TARGET/debug/countersign" "${SCHEMATHESIS_SECONDS:-90}"
