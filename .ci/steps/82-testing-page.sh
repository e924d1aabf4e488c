# Runs the commands and programs of docs/testing.md, test-double.md and front-ends.md, and compares their output with the pages.
source .ci/lib.sh
need curl curl
cargo build --quiet --locked
tools=$(python_with .ci/twilio/requirements.txt)
use_node
NODE_PATH=$(node_modules .ci/twilio/node-sdk)
export NODE_PATH
page() { "$tools/python" -B .ci/testing_page.py "$TARGET/debug/countersign" "$@"; }
page docs/testing.md
page docs/test-double.md "python=$tools/python" js=node
page docs/front-ends.md "js=node --input-type=module"
