# Tests the release binary: start time, memory, a thousand flows, test mode, leftover instances, and toll fraud.
source .ci/lib.sh
need python3 python3
# Without link-time optimisation, which doubles the build time and is not needed for the limits.
export CARGO_PROFILE_RELEASE_LTO=off CARGO_PROFILE_RELEASE_CODEGEN_UNITS=16
cargo build --release --locked
binary=$(realpath "$TARGET/release/countersign")
python3 .ci/measure.py "$binary"
python3 .ci/flows.py "$binary"
TEST_BINARY=$binary cargo test --locked --test api -- twilio::test_mode ops::instances
# The whole pumping attack: ten thousand sign-ups and log-ins from five hundred addresses.
# Threats: a34, b30.
TEST_BINARY=$binary PUMPING_SIGN_UPS=10000 cargo test --locked --test api -- --nocapture a_pumping_attack_costs_little
