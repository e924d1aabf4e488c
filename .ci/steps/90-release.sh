# The release binary keeps its promises: quick to start, small when idle, quick for suites; test mode does not leak
# from it, and no instance outlives its suite.
source .ci/lib.sh
need python3 python3
cargo build --release --locked
binary=$(realpath "$TARGET/release/countersign")
python3 .ci/measure.py "$binary"
python3 .ci/flows.py "$binary"
TEST_BINARY=$binary cargo test --locked --test api -- test_mode instances
