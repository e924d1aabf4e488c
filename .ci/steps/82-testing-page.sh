# Runs the commands of docs/testing.md and compares their output with the page.
source .ci/lib.sh
need curl curl
cargo build --quiet --locked
tools=$(python_with .ci/twilio/requirements.txt)
use_node
NODE_PATH=$(node_modules .ci/twilio/node-sdk)
export NODE_PATH
"$tools/python" -B .ci/testing_page.py "$TARGET/debug/countersign" "python=$tools/python" js=node
