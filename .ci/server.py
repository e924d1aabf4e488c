"""Starts countersign for a check, and calls it as a client does."""

import json
import os
import random
import subprocess
import time
import urllib.error
import urllib.parse
import urllib.request

PASSWORD = "correct horse battery staple"
# The system's generator: schemathesis seeds the default one repeatedly, which would repeat users.
RANDOM = random.SystemRandom()


class Server:
    """A running `countersign ARGUMENTS…`. Use it in a `with` statement."""

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
    """Returns the body of a 2xx answer as decoded JSON or text. Other answers raise an error that shows them."""
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


def sign_up_body():
    """Returns the body of a sign-up with values that no server has seen."""
    name = f"p{RANDOM.getrandbits(60):x}"
    return {
        "name": "Ada Lovelace",
        "username": name,
        "password": PASSWORD,
        # German mobile numbers: there are enough to be unique, and the sandbox's magic numbers are North
        # American.
        "phone_number": f"+49151{RANDOM.randrange(10**8):08}",
        "email": f"{name}@example.com",
    }


class Person:
    """A user. Creating one signs up."""

    def __init__(self, api, sandbox):
        self.api, self.sandbox = api, sandbox
        typed = sign_up_body()
        self.email, self.phone_number = typed["email"], typed["phone_number"]
        ask(f"{api}/v1/users/signup", typed)

    def log_in(self):
        """Logs in and returns the password-ok token."""
        body = {"email": self.email, "password": PASSWORD}
        return ask(f"{self.api}/v1/users/login", body)["password_ok_token"]

    def code(self):
        """Returns the newest code on the virtual phone."""
        return self.code_at(self.phone_number)

    def change(self, what, access_token):
        """Starts a change of phone or email. Returns the code that went to the new one."""
        field = {"phone": "phone_number", "email": "email"}[what]
        new = sign_up_body()[field]
        ask(f"{self.api}/v1/users/me/{what}", {field: new, "password": PASSWORD}, access_token)
        return self.code_at(new)

    def forget(self):
        """Starts a password reset. Returns the body that completes it."""
        token = ask(f"{self.api}/v1/users/password/forgot", {"email": self.email})["reset_token"]
        return {"reset_token": token, "code": self.code_at(self.email), "new_password": PASSWORD}

    def code_at(self, to):
        query = urllib.parse.urlencode({"to": to, "wait": 5})
        return ask(f"{self.sandbox}/sandbox/code?{query}").strip()

    def verify(self, password_ok_token):
        """Returns the answer of verify: access token, refresh token and user."""
        return ask(f"{self.api}/v1/users/verify", {"code": self.code()}, password_ok_token)
