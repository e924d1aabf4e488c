# Each member of the workspace passes its tests alone: it declares every dependency and feature that it needs.
for member in crates/*/; do
    echo "$member"
    cargo test --quiet --locked --manifest-path "$member/Cargo.toml"
done
