"""Logs in with a code from the sandbox. The suite shares one countersign, and each test has its own user."""

import os
import subprocess
import uuid

import httpx
import pytest

START = "dev --listen 127.0.0.1:0 --sandbox-listen 127.0.0.1:0 --database-url sqlite::memory: --exit-with-stdin"
PASSWORD = "correct horse battery staple"


@pytest.fixture(scope="session")
def countersign():
    """Clients for the API and the sandbox: those in the environment, or new ones."""
    if "COUNTERSIGN_API" in os.environ:
        yield httpx.Client(base_url=os.environ["COUNTERSIGN_API"]), httpx.Client(base_url=os.environ["COUNTERSIGN_SANDBOX"])
        return
    command = [os.environ.get("COUNTERSIGN_BIN") or "countersign", *START.split()]
    # The server ends when the pipe closes: at the end of this block, or when pytest is killed.
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server:
        _, api, sandbox = server.stdout.readline().split()  # ready api=http://… sandbox=http://…
        yield httpx.Client(base_url=api.removeprefix("api=")), httpx.Client(base_url=sandbox.removeprefix("sandbox="))
        server.stdin.close()


@pytest.fixture
def user(countersign):
    """A user who has just signed up. With random data, tests can share a server."""
    number = uuid.uuid4().int
    body = {
        "name": "Ada Lovelace", "username": f"p{number % 16**15:x}", "email": f"p{number:x}@example.com",
        "phone_number": f"+49151{number % 10**8:08}", "password": PASSWORD,
    }
    assert countersign[0].post("/v1/users/signup", json=body).status_code == 201
    return body


def log_in(api, user):
    answer = api.post("/v1/users/login", json={"email": user["email"], "password": PASSWORD}).raise_for_status()
    return {"Authorization": f"Bearer {answer.json()['password_ok_token']}"}


def test_code_opens_the_dashboard(countersign, user):
    api, sandbox = countersign
    password_ok = log_in(api, user)
    # `wait` keeps the request open until the message arrives, so there is no need to poll or sleep.
    code = sandbox.get("/sandbox/code", params={"to": user["phone_number"], "wait": 5}).raise_for_status().text
    tokens = api.post("/v1/users/verify", json={"code": code}, headers=password_ok).raise_for_status().json()
    dashboard = api.get("/v1/users/dashboard", headers={"Authorization": f"Bearer {tokens['access_token']}"})
    assert dashboard.raise_for_status().json()["user"]["email"] == user["email"]


def test_password_alone_does_not_open_the_dashboard(countersign, user):
    answer = countersign[0].get("/v1/users/dashboard", headers=log_in(countersign[0], user))
    assert (answer.status_code, answer.json()["code"]) == (401, "otp_required")
