"""Runs a thousand flows in a row: sign up, log in, read the code, verify, open the dashboard.

python3 .ci/flows.py BINARY

Uses `countersign dev` with its default settings and a database in memory, and one kept-alive connection each to the API
and the sandbox. Fails if it takes longer than LIMIT_SECONDS.
"""

import http.client
import json
import sys
import tempfile
import time
import urllib.parse

from server import PASSWORD, Server, sign_up_body

PEOPLE = 1000
LIMIT_SECONDS = 20
STEPS = ("sign up", "log in", "read the code", "verify", "dashboard")


class Connection:
    """A kept-alive connection."""

    def __init__(self, url):
        self.connection = http.client.HTTPConnection(urllib.parse.urlsplit(url).netloc, timeout=15)

    def ask(self, method, path, status, body=None, token=None):
        """Returns the body of the answer, which must have this status."""
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        if body is not None:
            headers["Content-Type"], body = "application/json", json.dumps(body)
        self.connection.request(method, path, body, headers)
        socket, answer = self.connection.sock, self.connection.getresponse()
        text = answer.read().decode()
        if answer.status != status:
            raise SystemExit(f"{method} {path}: {answer.status} {text}")
        if self.connection.sock is not socket:
            raise SystemExit(f"{method} {path}: the connection was not kept")
        return text


def flow(api, sandbox, seconds):
    """Runs the flow of one person and adds the time of each step to `seconds`."""
    person, times = sign_up_body(), [time.perf_counter()]

    def done(answer):
        times.append(time.perf_counter())
        return answer

    done(api.ask("POST", "/v1/users/signup", 201, person))
    login = {"email": person["email"], "password": PASSWORD}
    token = json.loads(done(api.ask("POST", "/v1/users/login", 200, login)))["password_ok_token"]
    to = urllib.parse.quote(person["phone_number"])
    code = done(sandbox.ask("GET", f"/sandbox/code?to={to}&wait=5", 200)).strip()
    tokens = json.loads(done(api.ask("POST", "/v1/users/verify", 200, {"code": code}, token)))
    dashboard = json.loads(done(api.ask("GET", "/v1/users/dashboard", 200, token=tokens["access_token"])))
    if dashboard["user"]["email"] != person["email"]:
        raise SystemExit("the dashboard shows another user")
    for index, step in enumerate(STEPS):
        seconds[step] += times[index + 1] - times[index]


def main():
    addresses = ("--listen", "127.0.0.1:0", "--sandbox-listen", "127.0.0.1:0")
    seconds = dict.fromkeys(STEPS, 0.0)
    with tempfile.TemporaryDirectory() as folder:
        with Server(sys.argv[1], "dev", *addresses, "--database-url", "sqlite::memory:", folder=folder) as server:
            api, sandbox = Connection(server.api), Connection(server.sandbox)
            began = time.perf_counter()
            for _ in range(PEOPLE):
                flow(api, sandbox, seconds)
            total = time.perf_counter() - began
    steps = ", ".join(f"{step} {spent / PEOPLE * 1000:.1f} ms" for step, spent in seconds.items())
    print(f"{PEOPLE} flows from sign-up to dashboard: {total:.1f} s (limit {LIMIT_SECONDS}); one: {steps}")
    if total > LIMIT_SECONDS:
        sys.exit("over the limit")


main()
