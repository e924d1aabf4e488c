# The release binary keeps its promises: quick to start, small when idle.
source .ci/lib.sh
need python3 python3
cargo build --release --locked
python3 .ci/measure.py "$TARGET/release/countersign"
