"""Runs the programs of docs/resource-servers.md against a server, before and after a key rotation.

python3 .ci/resource_servers.py BINARY PYTHON NODE_MODULES
"""

import base64
import json
import os
import re
import subprocess
import sys
import tempfile

from server import Person, Server, ask

ENDINGS = {"python": "check.py", "js": "check.mjs"}
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```", re.DOTALL | re.MULTILINE)
SECRET = {"COUNTERSIGN__TOKENS__SECRET": "resource-servers-never-see-this-0123456789"}


def main():
    binary, python, modules = sys.argv[1:]
    binary = os.path.abspath(binary)
    commands = {"python": [python, "check.py"], "js": ["node", "check.mjs"]}
    page = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "docs", "resource-servers.md")
    with open(page) as text:
        programs = {language: block for language, block in BLOCK.findall(text.read()) if language in ENDINGS}
    with tempfile.TemporaryDirectory() as folder:
        os.symlink(modules, os.path.join(folder, "node_modules"))
        for language, program in programs.items():
            with open(os.path.join(folder, ENDINGS[language]), "w") as file:
                file.write(program)

        def run(language, jwks_url, token):
            environment = {"JWKS_URL": jwks_url, "ISSUER": "countersign-dev", "AUDIENCE": "countersign-api", "TOKEN": token}
            return subprocess.run(
                commands[language], cwd=folder, env={**os.environ, **environment}, capture_output=True, text=True, timeout=60
            )

        def serve():
            listen = ["--listen", "127.0.0.1:0", "--sandbox-listen", "127.0.0.1:0"]
            return Server(binary, "dev", *listen, "--database-url", "sqlite://a.db", folder=folder, environment=SECRET)

        def expect(server, token, user):
            for language in programs:
                done = run(language, f"{server.api}/.well-known/jwks.json", token)
                assert done.stdout.strip() == user["id"], f"{language}: {done.stdout}{done.stderr}"

        with serve() as server:
            person = Person(server.api, server.sandbox)
            password_ok = person.log_in()
            old = person.verify(password_ok)
            expect(server, old["access_token"], old["user"])
            for name, token in wrong(old["access_token"], password_ok).items():
                for language in programs:
                    done = run(language, f"{server.api}/.well-known/jwks.json", token)
                    assert done.returncode != 0 and not done.stdout.strip(), f"{language} took a token: {name}"
            rotate = [binary, "keys", "rotate", "--now", "--dev", "--database-url", "sqlite://a.db"]
            subprocess.run(rotate, cwd=folder, env={**os.environ, **SECRET}, check=True, stdout=subprocess.DEVNULL)
            # A replica that starts now signs with the new key. Both replicas publish both keys.
            with serve() as replica:
                new = ask(f"{replica.sandbox}/sandbox/users", {"stage": "full"})
                assert kid(new["access_token"]) != kid(old["access_token"])
                ask(f"{server.api}/v1/users/me", token=new["access_token"])
                for either in (server, replica):
                    expect(either, new["access_token"], new["user"])
                    expect(either, old["access_token"], old["user"])
    print(f"{' and '.join(programs)} take access tokens before and after a rotation, and nothing else")


def wrong(access, password_ok):
    head, claims, signature = access.split(".")
    altered = json.loads(decoded(claims)) | {"sub": "0199c0de-0000-7000-8000-000000000000"}
    return {
        "a password-ok token": password_ok,
        "another user's claims": ".".join([head, encoded(json.dumps(altered).encode()), signature]),
        "no signature": ".".join([encoded(b'{"alg":"none","typ":"at+jwt"}'), claims, ""]),
    }


def kid(token):
    return json.loads(decoded(token.split(".")[0]))["kid"]


def decoded(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def encoded(data):
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


main()
