"""Runs the walk-through of the README and checks that it ends at the dashboard.

python3 .ci/walkthrough.py BINARY [POSTGRES_URL DATABASE]

The fenced `sh` blocks between `<!-- walkthrough:start -->` and `<!-- walkthrough:end -->` run unchanged in one shell,
while `countersign dev` listens on its default ports in an empty folder. The output must contain the dashboard.
"""

import os
import re
import socket
import subprocess
import sys
import tempfile
import urllib.parse

from server import Server

PORTS = (3000, 3001)  # those of the README
SECONDS = 60  # for the whole walk-through


def main():
    binary, *postgres = sys.argv[1:]
    root = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    with open(os.path.join(root, "README.md")) as readme:
        script = blocks(readme.read())
    for port in PORTS:
        refuse_taken(port)
    arguments = ["--database-url", with_database(*postgres)] if postgres else []
    with tempfile.TemporaryDirectory() as folder:
        with Server(binary, "dev", *arguments, folder=folder) as server:
            output = paste(script, folder)
            if output is None or '"recent_activity"' not in output:
                sys.exit(f"the walk-through does not end at the dashboard; the server's log:\n{server.log_tail()}")
    print(f"the walk-through arrives, on {'PostgreSQL' if postgres else 'SQLite'}")


def blocks(readme):
    marked = re.findall(r"<!-- walkthrough:start -->(.*?)<!-- walkthrough:end -->", readme, re.DOTALL)
    found = [block for part in marked for block in re.findall(r"^```sh\n(.*?)^```", part, re.DOTALL | re.MULTILINE)]
    if not found:
        sys.exit("README.md has no ```sh block between the markers of the walk-through")
    return "\n".join(found)


def refuse_taken(port):
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            sys.exit(f"port {port}, which the README names, is taken: stop what listens there")


def with_database(url, database):
    return urllib.parse.urlsplit(url)._replace(path=f"/{database}").geturl()


def paste(script, folder):
    """Returns the output of the shell, or None if it failed."""
    shell = subprocess.run(
        ["bash", "-eu"], input=script, cwd=folder, timeout=SECONDS,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )
    print(shell.stdout)
    if shell.returncode:
        print(f"the shell ended with {shell.returncode}")
        return None
    return shell.stdout


main()
