# Checks the sandbox's answers to Twilio's SDKs against Twilio's OpenAPI description, and that docs/fidelity.md is fresh.
source .ci/lib.sh
description=../shared/reference/twilio_verify_v2.json
if [ ! -e "$description" ]; then
    echo "Twilio's description of Verify v2 is missing: $description"
    exit "$SKIP_STATUS"
fi
cargo build --quiet --locked
binary=$TARGET/debug/countersign
tools=$(python_with .ci/twilio/requirements.txt)
export PYTHONDONTWRITEBYTECODE=1

"$tools/python" .ci/twilio/prove.py "$description"
"$tools/python" .ci/twilio/check.py "$binary" "$description"

use_node
NODE_PATH=$(node_modules .ci/twilio/node-sdk)
coproc SANDBOX_PROCESS { exec "$binary" sandbox --sandbox-listen 127.0.0.1:0 --exit-with-stdin 2>"$CI_WORK/twilio.log"; }
read -r _ sandbox <&"${SANDBOX_PROCESS[0]}"
NODE_PATH=$NODE_PATH SANDBOX=${sandbox#sandbox=} node .ci/twilio/node-sdk/check.js

"$tools/python" .ci/twilio/fidelity.py "$binary" "$description" >"$CI_WORK/fidelity.md"
diff -u docs/fidelity.md "$CI_WORK/fidelity.md" || {
    echo "docs/fidelity.md is stale: $tools/python .ci/twilio/fidelity.py $binary $description > /tmp/fidelity.md" >&2
    echo "Then move the file to docs/fidelity.md." >&2
    exit 1
}
