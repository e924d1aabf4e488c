"""Starts a countersign for a check, and speaks to it as a client does."""

import json
import os
import random
import subprocess
import time
import urllib.error
import urllib.parse
import urllib.request

PASSWORD = "correct horse battery staple"
# Of the system: schemathesis seeds the ordinary one again and again, and people would come out the same.
RANDOM = random.SystemRandom()


class Server:
    """`countersign ARGUMENTS…` from exec to its end; use it with `with`."""

    def __init__(self, binary, *arguments, folder, environment=None):
        self.log = open(os.path.join(folder, "server.log"), "a+b")
        began = time.perf_counter()
        self.process = subprocess.Popen(
            [os.path.abspath(binary), *arguments],
            cwd=folder,
            env={**os.environ, **(environment or {})},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=self.log,
        )
        line = self.process.stdout.readline().decode().split()
        self.seconds_to_ready = time.perf_counter() - began
        if line[:1] != ["ready"]:
            self.process.wait(timeout=10)
            raise SystemExit(f"the server did not get ready:\n{self.log_tail()}")
        addresses = dict(word.split("=", 1) for word in line[1:])
        self.addresses = addresses
        self.api, self.sandbox = addresses.get("api"), addresses.get("sandbox")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        try:
            self.process.wait(timeout=35)
        except subprocess.TimeoutExpired:
            self.process.kill()
            raise
        finally:
            self.process.stdout.close()
            self.log.close()

    def alive(self):
        return self.process.poll() is None

    def log_tail(self):
        self.log.seek(0)
        return self.log.read().decode(errors="replace")[-3000:]


def ask(url, body=None, token=None):
    """The body of a 2xx answer: decoded JSON, or text. Anything else is an error that shows the answer."""
    headers = {"Content-Type": "application/json"} if body is not None else {}
    if token:
        headers["Authorization"] = f"Bearer {token}"
    data = json.dumps(body).encode() if body is not None else None
    try:
        with urllib.request.urlopen(urllib.request.Request(url, data, headers), timeout=15) as answer:
            text = answer.read().decode()
            return json.loads(text) if "json" in answer.headers.get("Content-Type", "") else text
    except urllib.error.HTTPError as error:
        raise RuntimeError(f"{url}: {error.code} {error.read().decode()}") from None


def somebody():
    """What a person who is new to every server types to sign up."""
    name = f"p{RANDOM.getrandbits(60):x}"
    return {
        "name": "Ada Lovelace",
        "username": name,
        "password": PASSWORD,
        # German mobile phones: numbers enough that no two people get the same one. Those that make the sandbox
        # play a fault are North American.
        "phone_number": f"+49151{RANDOM.randrange(10**8):08}",
        "email": f"{name}@example.com",
    }


class Person:
    """Signs up on creation."""

    def __init__(self, api, sandbox):
        self.api, self.sandbox = api, sandbox
        typed = somebody()
        self.email, self.phone_number = typed["email"], typed["phone_number"]
        ask(f"{api}/v1/users/signup", typed)

    def log_in(self):
        """A password-ok token."""
        body = {"email": self.email, "password": PASSWORD}
        return ask(f"{self.api}/v1/users/login", body)["password_ok_token"]

    def code(self):
        """The newest code on the virtual phone."""
        return self.code_at(self.phone_number)

    def change(self, what, access_token):
        """Begins a change of the phone or the email; the code that came to the new one."""
        field = {"phone": "phone_number", "email": "email"}[what]
        new = somebody()[field]
        ask(f"{self.api}/v1/users/me/{what}", {field: new, "password": PASSWORD}, access_token)
        return self.code_at(new)

    def forget(self):
        """Begins a password reset; what the reset wants."""
        token = ask(f"{self.api}/v1/users/password/forgot", {"email": self.email})["reset_token"]
        return {"reset_token": token, "code": self.code_at(self.email), "new_password": PASSWORD}

    def code_at(self, to):
        query = urllib.parse.urlencode({"to": to, "wait": 5})
        return ask(f"{self.sandbox}/sandbox/code?{query}").strip()

    def verify(self, password_ok_token):
        """What verify answers with: access token, refresh token, user."""
        return ask(f"{self.api}/v1/users/verify", {"code": self.code()}, password_ok_token)
