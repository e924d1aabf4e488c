# Tests the sandbox's page in a real browser.
source .ci/lib.sh
need python3 python3
need chromium chromium
use_node
modules=$(node_modules .ci/page)
cargo build --quiet --locked
python3 .ci/page/run.py page.mjs "$TARGET/debug/countersign" "$modules" "$(command -v chromium)"
