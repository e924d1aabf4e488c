# Runs the programs of docs/resource-servers.md (PyJWT, jose) on real access tokens, across a key rotation.
source .ci/lib.sh
cargo build --quiet --locked
tools=$(python_with .ci/resource-servers/requirements.txt)
use_node
modules=$(node_modules .ci/resource-servers)
python3 .ci/resource_servers.py "$TARGET/debug/countersign" "$tools/python" "$modules"
