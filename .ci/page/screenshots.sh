# Retakes the pictures of the README: bash .ci/page/screenshots.sh
set -euo pipefail
cd "$(dirname "$0")/../.."
source .ci/lib.sh
need python3 python3
need chromium chromium
need pngquant pngquant
need optipng optipng
use_node
modules=$(node_modules .ci/page)
cargo build --quiet --locked
folder=docs/images
mkdir -p "$folder"
python3 .ci/page/run.py screenshots.mjs "$TARGET/debug/countersign" "$modules" "$(command -v chromium)" "$folder"
pngquant --force --skip-if-larger --ext .png --strip "$folder"/*.png || [ $? = 98 ]
optipng -quiet -o5 "$folder"/*.png
wc -c "$folder"/*.png
