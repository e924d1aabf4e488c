# Runs the README's walk-through in a shell, on SQLite and on PostgreSQL.
source .ci/lib.sh
need python3 python3
need curl curl
cargo build --quiet --locked
python3 .ci/walkthrough.py "$TARGET/debug/countersign"

need psql postgresql-client
url=$(postgres_url)
database=walkthrough_$$
psql --quiet --no-psqlrc "$url" --command "CREATE DATABASE $database"
status=0
python3 .ci/walkthrough.py "$TARGET/debug/countersign" "$url" "$database" || status=$?
psql --quiet --no-psqlrc "$url" --command "DROP DATABASE $database WITH (FORCE)"
exit "$status"
