#!/usr/bin/env bash
# From nobody to the dashboard, with bash and curl. `bash login.sh` starts a countersign of its own;
# with COUNTERSIGN_API and COUNTERSIGN_SANDBOX it uses one that runs, next to as many others as you like.
set -euo pipefail

if [ -z "${COUNTERSIGN_API:-}" ]; then
    # A coprocess holds both ends of a pipe: when this script ends, however it ends, so does the server.
    coproc SERVER {
        exec "${COUNTERSIGN_BIN:-countersign}" dev --listen 127.0.0.1:0 --sandbox-listen 127.0.0.1:0 \
            --database-url sqlite::memory: --exit-with-stdin
    }
    read -r _ api sandbox <&"${SERVER[0]}" # ready api=http://… sandbox=http://…
    COUNTERSIGN_API=${api#api=} COUNTERSIGN_SANDBOX=${sandbox#sandbox=}
fi

# Every run has a person of its own; so any number of them can share one server.
name=p$(od -An -N8 -tx8 /dev/urandom | tr -d ' ')
phone=$(printf '+49151%08d' $((0x${name:1:7} % 100000000)))
password='correct horse battery staple'

# post PATH BODY [TOKEN]: prints the answer. Anything but a 2xx ends the script.
post() {
    curl -sS --fail-with-body "$COUNTERSIGN_API$1" -H 'Content-Type: application/json' -d "$2" \
        ${3:+-H "Authorization: Bearer $3"}
}

# field NAME: takes one field out of the JSON that it reads.
field() { sed -n "s/.*\"$1\":\"\([^\"]*\)\".*/\1/p"; }

post /v1/users/signup '{"name": "Ada Lovelace", "username": "'"$name"'", "email": "'"$name"'@example.com",
    "phone_number": "'"$phone"'", "password": "'"$password"'"}' >/dev/null

password_ok=$(post /v1/users/login '{"email": "'"$name"'@example.com", "password": "'"$password"'"}' |
    field password_ok_token)

# `wait` holds the request until the message is there: nothing polls, nothing sleeps.
code=$(curl -sS --fail-with-body --get "$COUNTERSIGN_SANDBOX/sandbox/code" \
    --data-urlencode "to=$phone" --data wait=5)

access=$(post /v1/users/verify '{"code": "'"$code"'"}' "$password_ok" | field access_token)

dashboard=$(curl -sS --fail-with-body "$COUNTERSIGN_API/v1/users/dashboard" -H "Authorization: Bearer $access")
[ "$(field email <<<"$dashboard")" = "$name@example.com" ]
echo "$name is on the dashboard"
