"""Programmable rate limits with their buckets, and the magic numbers."""

import random

from recorder import dated, phone, refused, want

UNKNOWN = "0" * 32
# Last two digits, channel, expected answer of Twilio.
MEANINGS = ((50, "sms", 60205), (55, "sms", 60605), (60, "sms", 60410), (65, "sms", 60203), (70, "sms", 20429), (75, "sms", 20503))


def walk(double):
    rate_limits(double)
    if number_has_a_meaning(double):
        meanings(double)


def rate_limits(double):
    if not double.offers("CreateRateLimit", "CreateBucket"):
        return
    service = double.v2.services.create(friendly_name="limits")
    service = double.v2.services(service.sid)
    limit = service.rate_limits.create(unique_name="end_user_ip", description="by address")
    refused(60208, lambda: service.rate_limits.create(unique_name="end_user_ip"))
    refused(60209, lambda: service.rate_limits.create(unique_name="not a name!"))
    dated(limit, service.rate_limits(limit.sid).fetch())
    want(service.rate_limits(limit.sid).update(description="another").description, "another")
    service.rate_limits.create(unique_name="country")
    want(len(service.rate_limits.list(page_size=1)), 2)
    buckets = service.rate_limits(limit.sid).buckets
    bucket = buckets.create(max=2, interval=60)
    refused(60211, lambda: buckets.create(max=5, interval=60))
    buckets.create(max=50, interval=3600)
    dated(bucket, buckets(bucket.sid).fetch())
    want(buckets(bucket.sid).update(max=1, interval=120).max, 1)
    want(len(buckets.list(page_size=1)), 2)
    limited = {"to": phone(), "channel": "sms", "rate_limits": {"end_user_ip": "127.0.0.1"}}
    service.verifications.create(**limited)
    refused(20429, lambda: service.verifications.create(**limited))
    # Twilio's description declares these two headers without their values.
    for header in ("Retry-After", "Twilio-Reached-Rate-Limit"):
        want(header in double.recorder.last.headers, True)
    refused(20404, lambda: buckets(f"BL{UNKNOWN}").fetch())
    want(buckets(bucket.sid).delete(), True)
    refused(20404, lambda: buckets(bucket.sid).fetch())
    want(service.rate_limits(limit.sid).delete(), True)
    refused(20404, lambda: service.rate_limits(limit.sid).fetch())
    refused(20404, lambda: service.rate_limits(f"RK{UNKNOWN}").buckets.create(max=1, interval=1))


def number_has_a_meaning(double):
    """Returns whether this sandbox has magic numbers: 40 to 49 get the code 424242."""
    service = double.v2.services.create(friendly_name="meanings")
    double.v2.services(service.sid).verifications.create(to=number(40), channel="sms")
    return double.code(number(40)) == "424242"


def meanings(double):
    service = double.v2.services.create(friendly_name="meanings")
    service = double.v2.services(service.sid)
    for last, channel, code in MEANINGS:
        refused(code, lambda: service.verifications.create(to=number(last), channel=channel))
    service.verifications.create(to=number(50), channel="call")
    service.verifications.create(to=number(90), channel="sms")
    refused(20404, lambda: service.verification_checks.create(to=number(90), code="123456"))


def number(last):
    return f"+1{AREA}55501{last:02}"


# Any valid area code works, because no other account shares the numbers.
AREA = random.choice((201, 212, 305, 415, 617))
