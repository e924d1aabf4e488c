# Reads metrics with Prometheus' parser and checks webhooks with the library of Standard Webhooks.
source .ci/lib.sh
cargo build --quiet --locked
tools=$(python_with .ci/watching/requirements.txt)
"$tools/python" -B .ci/watching.py "$TARGET/debug/countersign"
