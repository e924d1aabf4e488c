"""Hooks for schemathesis: they add a valid token to each request and sometimes values that no generator guesses.

Correct passwords and codes make requests succeed, so that successful answers are checked too. Environment variables:

FUZZ_SANDBOX       the sandbox's address
FUZZ_TOKEN         the kind of token: none, password_ok or access
FUZZ_RESEND_TOKEN  a password-ok token old enough for a code to be sent again
FUZZ_ANSWERS       the file for the counts of answers; a line has operation, status and count
"""

import atexit
import collections
import os
import zlib

import schemathesis

from server import PASSWORD, Person, sign_up_body

SANDBOX = os.environ["FUZZ_SANDBOX"]
KIND = os.environ["FUZZ_TOKEN"]
RESEND_TOKEN = os.environ["FUZZ_RESEND_TOKEN"]
KNOWN_EVERY = 2  # one in this many bodies gets known values
answers = collections.Counter()
caller = None


class Caller:
    """The user whose token is sent."""

    def __init__(self, api):
        self.person = Person(api, SANDBOX)
        self.tokens = {"password_ok": self.person.log_in()}
        if KIND != "password_ok":
            answer = self.person.verify(self.tokens["password_ok"])
            self.tokens = {"access": answer["access_token"], "refresh": answer["refresh_token"]}


    def code_of_a_change(self, path):
        """Switches to a new user, who need not wait, and starts a change. Returns its code."""
        self.__init__(self.person.api)
        return self.person.change(path.split("/")[-2], self.tokens["access"])


@schemathesis.hook
def before_call(context, case, kwargs):
    global caller
    caller = caller or Caller(case.operation.base_url.rstrip("/"))
    # Chosen by the body, not at random, so that a request stays the same when schemathesis repeats it.
    if isinstance(case.body, dict) and zlib.crc32(repr(case.body).encode()) % KNOWN_EVERY == 0:
        known = known_values(case.operation.path)
        case.body.update((field, known[field]) for field in known if field in case.body)
    # After known_values, because a change has switched to a new user.
    token = caller.tokens.get(KIND)
    if case.operation.path == "/v1/users/resend" and KIND == "password_ok" and not answers["resend", 202]:
        token = RESEND_TOKEN
    if token:
        case.headers["Authorization"] = f"Bearer {token}"


def known_values(path):
    if path == "/v1/users/signup":
        return sign_up_body()
    if path == "/v1/users/verify":
        return {"code": caller.person.code()} if KIND == "password_ok" else {}
    if path == "/v1/users/me/phone":
        return {"phone_number": sign_up_body()["phone_number"], "password": PASSWORD}
    if path == "/v1/users/me/email":
        return {"email": sign_up_body()["email"], "password": PASSWORD}
    if path.endswith(("/me/phone/verify", "/me/email/verify")):
        return {"code": caller.code_of_a_change(path)} if KIND == "access" else {}
    if path == "/v1/users/password/reset":
        # A new user each time, because a user has four resets a day.
        return Person(caller.person.api, SANDBOX).forget() if KIND == "none" else {}
    return {
        "email": caller.person.email,
        "password": PASSWORD,
        "refresh_token": caller.tokens.get("refresh", ""),
    }


@schemathesis.hook
def after_call(context, case, response):
    global caller
    operation = case.operation.definition.raw["operationId"]
    answers[operation, response.status_code] += 1
    spent = operation in ("verify", "logout") and response.status_code < 300
    if spent or KIND != "none" and response.status_code in (401, 429):
        caller = None


@atexit.register
def write_answers():
    with open(os.environ["FUZZ_ANSWERS"], "a") as file:
        for (operation, status), count in answers.items():
            print(operation, status, count, file=file)
