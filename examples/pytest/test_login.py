"""From nobody to the dashboard. One countersign for the whole suite, a person of one's own for each test."""

import os
import subprocess
import uuid

import httpx
import pytest

START = "dev --listen 127.0.0.1:0 --sandbox-listen 127.0.0.1:0 --database-url sqlite::memory: --exit-with-stdin"
PASSWORD = "correct horse battery staple"


@pytest.fixture(scope="session")
def countersign():
    """Clients of the API and of the sandbox: of the running ones that are given, or of new ones."""
    if "COUNTERSIGN_API" in os.environ:
        yield httpx.Client(base_url=os.environ["COUNTERSIGN_API"]), httpx.Client(base_url=os.environ["COUNTERSIGN_SANDBOX"])
        return
    command = [os.environ.get("COUNTERSIGN_BIN", "countersign"), *START.split()]
    # Leaving the block closes the pipe, and with it the server ends; so it does when pytest is killed.
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server:
        _, api, sandbox = server.stdout.readline().split()  # ready api=http://… sandbox=http://…
        yield httpx.Client(base_url=api.removeprefix("api=")), httpx.Client(base_url=sandbox.removeprefix("sandbox="))
        server.stdin.close()


@pytest.fixture
def person(countersign):
    """Somebody who has just signed up: tests that run at the same time do not see each other's messages."""
    number = uuid.uuid4().int
    body = {
        "name": "Ada Lovelace", "username": f"p{number % 16**15:x}", "email": f"p{number:x}@example.com",
        "phone_number": f"+49151{number % 10**8:08}", "password": PASSWORD,
    }
    assert countersign[0].post("/v1/users/signup", json=body).status_code == 201
    return body


def log_in(api, person):
    answer = api.post("/v1/users/login", json={"email": person["email"], "password": PASSWORD}).raise_for_status()
    return {"Authorization": f"Bearer {answer.json()['password_ok_token']}"}


def test_the_code_opens_the_dashboard(countersign, person):
    api, sandbox = countersign
    password_ok = log_in(api, person)
    # `wait` holds the request until the message is there: nothing polls, nothing sleeps.
    code = sandbox.get("/sandbox/code", params={"to": person["phone_number"], "wait": 5}).raise_for_status().text
    tokens = api.post("/v1/users/verify", json={"code": code}, headers=password_ok).raise_for_status().json()
    dashboard = api.get("/v1/users/dashboard", headers={"Authorization": f"Bearer {tokens['access_token']}"})
    assert dashboard.raise_for_status().json()["user"]["email"] == person["email"]


def test_the_password_alone_does_not(countersign, person):
    answer = countersign[0].get("/v1/users/dashboard", headers=log_in(countersign[0], person))
    assert (answer.status_code, answer.json()["code"]) == (401, "otp_required")
