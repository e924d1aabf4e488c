"""The formats of Twilio's description, as assertions."""

import re
from datetime import datetime
from urllib.parse import urlsplit

from jsonschema import FormatChecker

CHECKER = FormatChecker(formats=[])


@CHECKER.checks("date-time", raises=ValueError)
def date_time(value):
    """Accepts UTC without a fraction, as in all of Twilio's examples. Its Python SDK parses nothing else."""
    if isinstance(value, str):
        datetime.strptime(value, "%Y-%m-%dT%H:%M:%SZ")
    return True


@CHECKER.checks("uri")
def uri(value):
    if not isinstance(value, str):
        return True
    parts = urlsplit(value)
    return parts.scheme in ("http", "https") and bool(parts.netloc) and not re.search(r"[\s{}]", value)


@CHECKER.checks("int32")
def int32(value):
    return not isinstance(value, int) or -(2**31) <= value < 2**31
