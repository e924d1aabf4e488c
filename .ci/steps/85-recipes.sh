# Runs the recipes of examples/: each with its own server, then eight at once on one server.
source .ci/lib.sh
need python3 python3
need curl curl
need chromium chromium

# A recipe must be short enough to copy.
for recipe in examples/{pytest/test_login.py,playwright/login.spec.js,rust/tests/login.rs,shell/login.sh}; do
    if [ "$(wc -l <"$recipe")" -ge 60 ]; then
        echo "$recipe has 60 lines or more" >&2
        exit 1
    fi
done

cargo build --quiet --locked
COUNTERSIGN_BIN=$(realpath "$TARGET/debug/countersign")
CHROMIUM=$(command -v chromium)
export COUNTERSIGN_BIN CHROMIUM

# Installs and compiles first, so that the recipes' own timeouts do not include it.
tools=$(python_with examples/pytest/requirements.txt)
use_node
modules=$(node_modules examples/playwright)
rust=(--quiet --locked --manifest-path examples/rust/Cargo.toml --target-dir "$TARGET/recipe")
cargo fmt --check --manifest-path examples/rust/Cargo.toml
cargo clippy "${rust[@]}" --all-targets -- -D warnings
cargo test "${rust[@]}" --no-run
# Copied, so that the checkout stays as it is.
mkdir "$CI_WORK/playwright"
cp examples/playwright/*.js "$CI_WORK/playwright"
ln -s "$modules" "$CI_WORK/playwright/node_modules"

# recipe NAME OUTPUT
recipe() {
    case $1 in
        pytest) "$tools/python" -B -m pytest -q -p no:cacheprovider examples/pytest ;;
        playwright)
            "$modules/.bin/playwright" test --config "$CI_WORK/playwright" --output "$2.playwright" --reporter line
            ;;
        # Its sandbox is in the process of the test, so it has its own server here too.
        rust) COUNTERSIGN_BIN=$(realpath "$TARGET/debug/countersign") cargo test "${rust[@]}" --test login ;;
        shell) bash examples/shell/login.sh ;;
    esac
}

# all_at_once LABEL RECIPE…: runs the recipes in parallel and shows the output of those that fail.
all_at_once() {
    local label=$1 names=("${@:2}") jobs=() status=0 index output
    for index in "${!names[@]}"; do
        recipe "${names[index]}" "$CI_WORK/$label.$index" >"$CI_WORK/$label.$index" 2>&1 &
        jobs+=($!)
    done
    for index in "${!names[@]}"; do
        output=$CI_WORK/$label.$index
        if wait "${jobs[index]}"; then
            echo "$label: ${names[index]} passed"
        else
            status=1
            echo "$label: ${names[index]} failed:" >&2
            cat "$output" >&2
        fi
    done
    return "$status"
}

# One after the other, each with its own server.
for name in pytest playwright rust shell; do all_at_once "alone-$name" "$name"; done

# Two of each, on one shared server.
coproc SERVER {
    exec "$COUNTERSIGN_BIN" dev --listen 127.0.0.1:0 --sandbox-listen 127.0.0.1:0 \
        --database-url sqlite::memory: --exit-with-stdin 2>"$CI_WORK/recipes.log"
}
read -r _ api sandbox <&"${SERVER[0]}"
export COUNTERSIGN_API=${api#api=} COUNTERSIGN_SANDBOX=${sandbox#sandbox=} COUNTERSIGN_BIN=/nonexistent
all_at_once together {pytest,playwright,rust,shell}{,}
