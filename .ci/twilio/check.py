"""Calls all operations of the sandbox with Twilio's SDK and checks the answers against Twilio's description.

python3 .ci/twilio/check.py BINARY DESCRIPTION

Fails if an answer differs from the description, if an offered operation was never called or has a name or path that
Twilio does not know, and if an operation that is not offered answers anything but an error.
"""

import json
import os
import sys
import tempfile

sys.path.insert(1, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

from twilio.base.exceptions import TwilioRestException

import walk_codes
import walk_factors
import walk_limits
from description import Description
from recorder import Double, Recorder
from server import Server, ask


def main():
    binary, path = sys.argv[1:]
    description = Description(path)
    with tempfile.TemporaryDirectory() as folder:
        with Server(binary, "sandbox", "--sandbox-listen", "127.0.0.1:0", folder=folder) as server:
            offered = ask(f"{server.sandbox}/sandbox/operations")["operations"]
            # Twilio's other APIs have their own descriptions. Tests of the crate cover them.
            offered = [one for one in offered if one["api"] == "verify"]
            misspelt(description, offered)
            recorder = Recorder(server.sandbox, description)
            double = Double(server.sandbox, recorder, {one["operation_id"] for one in offered})
            for part in (walk_codes.walk, walk_limits.walk, walk_factors.walk, not_offered):
                try:
                    part(double)
                except (SystemExit, TwilioRestException) as stop:
                    recorder.wrong[part.__module__, "stopped"] = stop
    if missed := double.offered - recorder.succeeded.keys():
        recorder.wrong["offered, and never answered with success", ", ".join(sorted(missed))] = ""
    if recorder.wrong:
        # Complaints come first, because one may be why a walk stopped.
        for (about, wrong), answer in recorder.wrong.items():
            print(f"{about}: {wrong}\n    {answer}", file=sys.stderr)
        sys.exit("the sandbox differs from Twilio's description")
    print(f"as Twilio: {recorder.answers} answers of {len(recorder.succeeded)} operations; {recorder.spoilt} times an")
    print(f"answer was spoilt, and the validator saw it. Errors seen: {', '.join(map(str, sorted(recorder.codes)))}")


def misspelt(description, offered):
    for one in offered:
        twilios = description.operations.get(one["operation_id"])
        if twilios is None or (twilios.method, twilios.path) != (one["method"], one["path"]):
            sys.exit(f"Twilio's description has no such operation: {one}")


def not_offered(double):
    """Checks that an operation that is not offered answers 404 and 20404, or 405 and 20004 if its path has others."""
    description = double.recorder.description
    service = double.v2.services.create(friendly_name="not offered").sid
    paths = {description.operations[name].path for name in double.offered}
    for operation in description.operations.values():
        if operation.id in double.offered:
            continue
        path = operation.path.replace("{ServiceSid}", service)
        for parameter in operation.parameters:
            pattern = parameter["schema"].get("pattern")
            value = f"{pattern[1:3]}{'0' * 32}" if pattern else "unknown"
            path = path.replace(f"{{{parameter['name']}}}", value)
        response = double.ask(operation.method, path.removeprefix("/v2"))
        known = (405, 20004) if operation.path in paths else (404, 20404)
        if (response.status_code, json.loads(response.text).get("code")) != known:
            double.recorder.wrong[operation.id, "not offered, and answers"] = f"{response.status_code} {response.text}"


main()
