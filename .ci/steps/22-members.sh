# Tests each member of the workspace on its own, so that it declares every dependency and feature it needs.
for member in crates/*/; do
    echo "$member"
    cargo test --quiet --locked --manifest-path "$member/Cargo.toml"
done
