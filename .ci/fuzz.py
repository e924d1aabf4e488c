"""Runs schemathesis against `countersign dev`: without a token, then with each kind of token.

python3 .ci/fuzz.py BINARY SECONDS      (in an environment with .ci/requirements.txt)

Fails if an answer has a status of 500 or above, or a status, media type or body that the OpenAPI document does not
describe; if the server dies; and if an operation never succeeds, because then it was not tested.
"""

import collections
import os
import subprocess
import sys
import tempfile

from server import Person, Server, ask

CHECKS = [
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_schema_conformance",
]
RESEND_WAIT_SECONDS = 31  # a code is sent again after 30


def main():
    binary, seconds = sys.argv[1], int(sys.argv[2])
    failed = []
    with tempfile.TemporaryDirectory() as folder:
        server = Server(
            binary, "dev", "--listen", "127.0.0.1:0", "--sandbox-listen", "127.0.0.1:0",
            "--database-url", "sqlite://countersign.db", folder=folder,
            # The issuer must be a URL, otherwise the server has no metadata.
            environment={"COUNTERSIGN__TOKENS__ISSUER": "https://auth.example.com"},
        )
        with server:
            resend_token = Person(server.api, server.sandbox).log_in()
            ask(f"{server.sandbox}/sandbox/clock", {"advance_seconds": RESEND_WAIT_SECONDS})
            environment = {
                **os.environ,
                "FUZZ_SANDBOX": server.sandbox,
                "FUZZ_RESEND_TOKEN": resend_token,
                "FUZZ_ANSWERS": os.path.join(folder, "answers"),
                "SCHEMATHESIS_HOOKS": "schemathesis_hooks",
                "PYTHONPATH": os.path.dirname(os.path.abspath(__file__)),
                "PYTHONDONTWRITEBYTECODE": "1",
            }
            for kind in ["none", "password_ok", "access"]:
                print(f"\ntoken: {kind}", flush=True)
                environment["FUZZ_TOKEN"] = kind
                if not one_pass(server, seconds // 3, environment, folder):
                    failed.append(kind)
                if not server.alive():
                    sys.exit(f"the server died:\n{server.log_tail()}")
        unreached = show_answers(os.path.join(folder, "answers"))
    if failed:
        sys.exit(f"schemathesis failed with token: {', '.join(failed)}")
    if unreached:
        sys.exit(f"never succeeded: {', '.join(unreached)}")


def one_pass(server, seconds, environment, folder):
    command = [
        sys.executable, "-m", "schemathesis.cli", "run", f"{server.api}/openapi.json",
        "--url", server.api,
        "--checks", ",".join(CHECKS),
        "--max-time", str(seconds),
        "--request-timeout", "20",
        "--generation-database", "none",
        "--no-color",
        "--continue-on-failure",
        "--warnings", "off",
    ]
    return subprocess.run(command, cwd=folder, env=environment, stdin=subprocess.DEVNULL).returncode == 0


def show_answers(file):
    """Prints the number of answers per operation and status. Returns the operations that never succeeded."""
    answers = collections.defaultdict(collections.Counter)
    with open(file) as lines:
        for line in lines:
            operation, status, count = line.split()
            answers[operation][status] += int(count)
    print("\nanswers of all three runs")
    for operation, counts in sorted(answers.items()):
        print(f"  {operation:12}", " ".join(f"{status}:{count}" for status, count in sorted(counts.items())))
    return [operation for operation, counts in sorted(answers.items()) if not any(s[0] == "2" for s in counts)]


main()
