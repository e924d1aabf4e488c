# Checks that the crates can be published, and that the sandbox does not depend on the server's libraries.
crates=(movable-clock argon2id-simd twilio-verify twilio-verify-sandbox)
cargo publish --dry-run --quiet --locked "${crates[@]/#/--package=}"

tree=$(cargo tree --locked --package twilio-verify-sandbox --edges normal --prefix none)
if grep -E '^(countersign|diesel|jsonwebtoken|aws-lc)' <<<"$tree"; then
    echo 'the sandbox must not depend on these' >&2
    exit 1
fi
