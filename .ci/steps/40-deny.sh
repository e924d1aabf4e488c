# Checks licences, banned crates, version floors and sources (deny.toml).
# Threats: a79, b50.
source .ci/lib.sh
version=0.20.2
if [ "$(cargo deny --version 2>/dev/null)" != "cargo-deny $version" ]; then
    folder=$CACHE/cargo-deny-$version
    if [ ! -x "$folder/bin/cargo-deny" ]; then
        # It runs for a second, so a fast build matters more than fast code.
        CARGO_PROFILE_RELEASE_LTO=off CARGO_PROFILE_RELEASE_OPT_LEVEL=0 CARGO_PROFILE_RELEASE_CODEGEN_UNITS=256 \
            CARGO_TARGET_DIR="$CI_WORK/cargo-deny" \
            cargo install --quiet --locked cargo-deny --version "$version" --root "$folder"
        rm -rf "$CI_WORK/cargo-deny"
    fi
    PATH=$folder/bin:$PATH
fi
cargo fetch --quiet --locked # for all platforms; the earlier builds needed only one
cargo deny --offline --locked check licenses bans sources
