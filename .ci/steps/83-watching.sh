# What others' libraries make of the figures and of the webhooks: Prometheus' own parser, Standard Webhooks' own check.
source .ci/lib.sh
cargo build --quiet --locked
tools=$(python_with .ci/watching/requirements.txt)
"$tools/python" -B .ci/watching.py "$TARGET/debug/countersign"
