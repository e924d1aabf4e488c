"""Prints SUPPORTED.md: every operation of Twilio Verify v2, and what the double makes of it.

python3 .ci/twilio/supported.py BINARY DESCRIPTION > SUPPORTED.md
"""

import glob
import os
import re
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(1, os.path.join(ROOT, ".ci"))

from description import Description
from server import Server, ask

# Resource, and the beginnings of the paths that belong to it; the first that fits counts.
GROUPS = (
    ("Verifications", ("/Services/{ServiceSid}/Verifications", "/Services/{ServiceSid}/VerificationCheck")),
    ("Rate limits", ("/Services/{ServiceSid}/RateLimits",)),
    ("Challenges", ("/Services/{ServiceSid}/Entities/{Identity}/Challenges",)),
    ("Factors", ("/Services/{ServiceSid}/Entities/{Identity}/Factors",)),
    ("Entities", ("/Services/{ServiceSid}/Entities",)),
    ("Passkeys", ("/Services/{ServiceSid}/Passkeys",)),
    ("Access tokens", ("/Services/{ServiceSid}/AccessTokens",)),
    ("Messaging configurations", ("/Services/{ServiceSid}/MessagingConfigurations",)),
    ("Webhooks", ("/Services/{ServiceSid}/Webhooks",)),
    ("Services", ("/Services",)),
    ("Safe list", ("/SafeList",)),
    ("Attempts", ("/Attempts",)),
    ("Templates", ("/Templates",)),
    ("Forms", ("/Forms",)),
)
ORDER = (
    "Services", "Verifications", "Rate limits", "Safe list", "Attempts", "Templates", "Entities", "Factors", "Challenges",
    "Access tokens", "Forms", "Messaging configurations", "Passkeys", "Webhooks",
)
# The query of Lookup's `FetchPhoneNumber`, whose description (`twilio_lookups_v2.json` of twilio-oai) is not read here.
LOOKUP_QUERY = (
    "AddressCountryCode", "AddressLine1", "AddressLine2", "City", "CountryCode", "DateOfBirth", "Fields", "FirstName",
    "LastName", "LastVerifiedDate", "NationalId", "PartnerSubId", "PostalCode", "State", "VerificationSid",
)
HEAD = """# What of Twilio Verify v2 the double offers

Made by `.ci/twilio/supported.py` from Twilio's OpenAPI description of Verify v2 (`twilio_verify_v2.json` of twilio-oai)
and the double's own `GET /sandbox/operations`; `.ci/steps/65-twilio.sh` fails while this page is stale. Names and paths
are Twilio's. That step also asks every operation that is offered, with Twilio's own SDK, and holds each answer against
Twilio's schemas. How far the double behaves like Twilio stands in [docs/testing.md](docs/testing.md).

What is not offered answers as Twilio does for an unknown resource: 404, code 20404. A parameter that is never read may
be sent, and changes nothing; so may one that Twilio itself does not know.
"""
LOOKUP_HEAD = """## Lookup v2

Another API of Twilio's, at `lookups.twilio.com`; here it has the same address as Verify. One operation of it is offered, with
the packages `validation` and `line_type_intelligence`. Its answers are held against Twilio's own examples by tests of the
crate (`crates/twilio-verify-sandbox/src/tests/lookup.rs`).
"""
def main():
    binary, path = sys.argv[1:]
    description = Description(path)
    with tempfile.TemporaryDirectory() as folder:
        with Server(binary, "sandbox", "--sandbox-listen", "127.0.0.1:0", folder=folder) as server:
            operations = ask(f"{server.sandbox}/sandbox/operations")["operations"]
    offered = {one["operation_id"] for one in operations if one["api"] == "verify"}
    print(page(description, offered) + "\n\n" + lookup([one for one in operations if one["api"] == "lookups"]))


def page(description, offered):
    operations = description.operations.values()
    parts = [HEAD, f"Offered: {len(offered)} of {len(operations)}.", ""]
    read = names_read()
    for group in ORDER:
        parts += [f"## {group}", "", "| operation | request | offered | never read |", "|---|---|---|---|"]
        for one in sorted((one for one in operations if group_of(one) == group), key=lambda one: (one.path, one.method)):
            ignored = sorted(names_of(one) - read) if one.id in offered else []
            said = f"{'yes' if one.id in offered else 'no'} | {', '.join(f'`{name}`' for name in ignored)}"
            parts.append(f"| {one.id} | `{one.method} {one.path}` | {said} |")
        parts.append("")
    return "\n".join(parts).rstrip("\n")


def lookup(offered):
    """What there is of Lookup v2, which is not held against a description."""
    rows = [LOOKUP_HEAD, "| operation | request | offered | never read |", "|---|---|---|---|"]
    ignored = ", ".join(f"`{name}`" for name in LOOKUP_QUERY if name not in names_read_by("lookup.rs"))
    return "\n".join(rows + [f"| {one['operation_id']} | `{one['method']} {one['path']}` | yes | {ignored} |" for one in offered])


def names_of(operation):
    """The parameters that an operation takes, but for those in its path."""
    return operation.form.keys() | {one["name"] for one in operation.parameters if one["in"] == "query"}


def names_read():
    """The names that the double's source asks for, in quotes as it must write them."""
    return names_read_by("*.rs")


def names_read_by(pattern):
    files = glob.glob(os.path.join(ROOT, "src", "sandbox", "**", pattern), recursive=True)
    sources = (open(file).read() for file in files if f"{os.sep}tests{os.sep}" not in file)
    return {name for source in sources for name in re.findall(r'"([A-Z][A-Za-z0-9.]+)"', source.split("#[cfg(test)]")[0])}


def group_of(operation):
    path = operation.path.removeprefix("/v2")
    return next(group for group, beginnings in GROUPS if path.startswith(beginnings))


main()
