# The crates for crates.io can be published, and the sandbox brings nothing of the server into other people's tests.
crates=(movable-clock argon2id-simd twilio-verify twilio-verify-sandbox)
cargo publish --dry-run --quiet --locked "${crates[@]/#/--package=}"

tree=$(cargo tree --locked --package twilio-verify-sandbox --edges normal --prefix none)
if grep -E '^(countersign|diesel|jsonwebtoken|aws-lc)' <<<"$tree"; then
    echo 'the sandbox must not depend on these' >&2
    exit 1
fi
