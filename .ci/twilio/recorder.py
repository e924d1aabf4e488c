"""Twilio's Python SDK, pointed at the sandbox. Every answer is recorded and checked."""

import json
import random

from twilio.base.exceptions import TwilioRestException
from twilio.http.http_client import TwilioHttpClient
from twilio.rest import Client

from description import complaints, validator
from proof import spoilt

TWILIO = "https://verify.twilio.com"
ERROR = {
    "type": "object",
    "properties": {
        "code": {"type": "integer"},
        "message": {"type": "string", "minLength": 1},
        "more_info": {"type": "string", "format": "uri", "pattern": "^https://www.twilio.com/docs/errors/[0-9]{5}$"},
        "status": {"type": "integer"},
    },
    "required": ["code", "message", "more_info", "status"],
    "additionalProperties": False,
}


class Recorder(TwilioHttpClient):
    """Sends requests for Twilio to the sandbox. Links to pages already have the sandbox's address."""

    def __init__(self, sandbox, description):
        super().__init__(timeout=30)
        self.sandbox, self.description = sandbox, description
        # The first answer per operation and complaint.
        self.wrong = {}
        self.succeeded, self.codes, self.answers, self.spoilt = {}, {}, 0, 0
        self.last = None

    def request(self, method, url, *args, **kwargs):
        url = url.replace(TWILIO, self.sandbox, 1)
        self.last = response = super().request(method, url, *args, **kwargs)
        path = url.removeprefix(self.sandbox).split("?")[0]
        operation = self.description.find(method.upper(), path)
        for wrong in self.judge(operation, response):
            about = operation.id if operation else f"{method} {path}"
            self.wrong.setdefault((about, wrong), f"{response.status_code} {response.text[:1000]}")
        return response

    def judge(self, operation, response):
        """Returns the complaints about an answer, by Twilio's description."""
        self.answers += 1
        status = response.status_code
        if status == 204:
            if response.text:
                yield "a body where there is none"
        elif response.headers.get("Content-Type") != "application/json":
            yield f"Content-Type: {response.headers.get('Content-Type')}"
            return
        if status >= 400:
            yield from self.judge_error(operation, status, response)
        elif operation is None or status not in operation.contents:
            yield "Twilio has no such answer to this"
        else:
            self.succeeded.setdefault(operation.id, set()).add(status)
            if operation.contents[status]:
                yield from self.judge_body(operation, status, response)

    def judge_error(self, operation, status, response):
        body = json.loads(response.text)
        if wrong := complaints(ERROR, body):
            yield from wrong
            return
        if body["status"] != status:
            yield "`status` is not the status"
        if not body["more_info"].endswith(f"/{body['code']}"):
            yield "`more_info` is about another code"
        self.codes.setdefault(body["code"], set()).add(operation.id if operation else "")

    def judge_body(self, operation, status, response):
        schema, body = self.description.json_schema(operation, status), json.loads(response.text)
        if wrong := complaints(schema, body):
            yield from wrong
            return
        # Checks that the validator would catch a broken variant of this answer.
        check = validator(schema)
        for place, keyword, bad in spoilt(schema, body):
            self.spoilt += 1
            if check.is_valid(bad):
                yield f"the validator is blind: {place} may break {keyword}"


class Double:
    """What a walk needs: the SDK's client, and the operations that the sandbox offers."""

    def __init__(self, sandbox, recorder, offered):
        self.sandbox, self.recorder, self.offered = sandbox, recorder, offered
        self.account = f"AC{random.getrandbits(128):032x}"
        self.client = self.as_account(self.account, "sandbox")
        self.v2 = self.client.verify.v2

    def as_account(self, account, token):
        return Client(account, token, http_client=self.recorder)

    def offers(self, *ids):
        return set(ids) <= self.offered

    def ask(self, method, path, **form):
        """Sends a request that the SDK would not send, and accepts any answer."""
        return self.client.request(method, f"{TWILIO}/v2{path}", data=form)

    def code(self, to):
        query = {"to": to, "account": self.account, "wait": 5}
        return self.recorder.session.get(f"{self.sandbox}/sandbox/code", params=query, timeout=30).text


def phone():
    """Returns a number that is not magic."""
    return f"+49151{random.randrange(10**8):08}"


def refused(code, call):
    """Calls and expects this error of Twilio."""
    try:
        call()
    except TwilioRestException as error:
        if error.code == code:
            return
        raise SystemExit(f"{code} was to be expected, not {error.code}: {error.uri} {error.msg}") from None
    raise SystemExit(f"{code} was to be expected, not success")


def want(one, other):
    if one != other:
        raise SystemExit(f"{one!r} is not {other!r}")


def dated(*resources):
    """Checks that the SDK parsed the dates. It leaves others as text."""
    for resource in resources:
        for name, value in vars(resource).items():
            if name.startswith("date_") and isinstance(value, str):
                raise SystemExit(f"the SDK does not understand {name} of {resource}: {value}")
