#!/usr/bin/env bash
# Logs in with a code from the sandbox, with bash and curl. `bash login.sh` starts its own countersign. If
# COUNTERSIGN_API and COUNTERSIGN_SANDBOX are set, it uses that one, and any number of copies can share it.
set -euo pipefail

if [ -z "${COUNTERSIGN_API:-}" ]; then
    # The server ends when the pipe to its standard input closes, even if this script is killed.
    coproc SERVER {
        exec "${COUNTERSIGN_BIN:-countersign}" dev --listen 127.0.0.1:0 --sandbox-listen 127.0.0.1:0 \
            --database-url sqlite::memory: --exit-with-stdin
    }
    read -r _ api sandbox <&"${SERVER[0]}" # ready api=http://… sandbox=http://…
    COUNTERSIGN_API=${api#api=} COUNTERSIGN_SANDBOX=${sandbox#sandbox=}
fi

# Each run creates its own user, so that runs can share a server.
name=p$(od -An -N8 -tx8 /dev/urandom | tr -d ' ')
phone=$(printf '+49151%08d' $((0x${name:1:7} % 100000000)))
password='correct horse battery staple'

# post PATH BODY [TOKEN]: prints the response. An error status ends the script.
post() {
    curl -sS --fail-with-body "$COUNTERSIGN_API$1" -H 'Content-Type: application/json' -d "$2" \
        ${3:+-H "Authorization: Bearer $3"}
}

# field NAME: prints a field of the JSON on standard input.
field() { sed -n "s/.*\"$1\":\"\([^\"]*\)\".*/\1/p"; }

post /v1/users/signup '{"name": "Ada Lovelace", "username": "'"$name"'", "email": "'"$name"'@example.com",
    "phone_number": "'"$phone"'", "password": "'"$password"'"}' >/dev/null

password_ok=$(post /v1/users/login '{"email": "'"$name"'@example.com", "password": "'"$password"'"}' |
    field password_ok_token)

# `wait` keeps the request open until the message arrives, so there is no need to poll or sleep.
code=$(curl -sS --fail-with-body --get "$COUNTERSIGN_SANDBOX/sandbox/code" \
    --data-urlencode "to=$phone" --data wait=5)

access=$(post /v1/users/verify '{"code": "'"$code"'"}' "$password_ok" | field access_token)

dashboard=$(curl -sS --fail-with-body "$COUNTERSIGN_API/v1/users/dashboard" -H "Authorization: Bearer $access")
[ "$(field email <<<"$dashboard")" = "$name@example.com" ]
echo "$name is on the dashboard"
