"""Entities, TOTP factors and challenges; webhooks and messaging if the sandbox offers them."""

import base64
import hashlib
import hmac
import random
import struct
import time

from recorder import dated, refused, want

UNKNOWN = "0" * 32


def walk(double):
    service = double.v2.services.create(friendly_name="factors")
    service = double.v2.services(service.sid)
    if double.offers("CreateEntity"):
        entities(service)
    if double.offers("CreateNewFactor"):
        factors(double, service)
    if double.offers("CreateWebhook"):
        webhooks(service)
    if double.offers("CreateMessagingConfiguration"):
        messaging(service)


def entities(service):
    identity = new_identity()
    entity = service.entities.create(identity=identity)
    dated(entity, service.entities(identity).fetch())
    service.entities.create(identity=new_identity())
    want(len(service.entities.list(page_size=1)) >= 2, True)
    refused(20404, lambda: service.entities(new_identity()).fetch())
    want(service.entities(identity).delete(), True)
    refused(20404, lambda: service.entities(identity).delete())


def factors(double, service):
    entity = service.entities(new_identity())
    made = entity.new_factors.create(friendly_name="phone", factor_type="totp")
    secret = made.binding["secret"]
    want(made.status, "unverified")
    chosen = entity.new_factors.create(
        friendly_name="chosen", factor_type="totp", binding_secret="GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ",
        config_alg="sha256", config_time_step=60, config_code_length=8, config_skew=0, metadata={"os": "x"},
    )
    dated(made, chosen, entity.factors(made.sid).fetch())
    want(entity.factors(made.sid).update(friendly_name="renamed").friendly_name, "renamed")
    want(entity.factors(made.sid).update(auth_payload=totp(secret)).status, "verified")
    want(len(entity.factors.list(page_size=1)), 2)
    if double.offers("CreateChallenge"):
        challenges(double, entity, made.sid, secret)
    refused(20404, lambda: entity.factors(f"YF{UNKNOWN}").fetch())
    want(entity.factors(chosen.sid).delete(), True)
    refused(20404, lambda: entity.factors(chosen.sid).fetch())


def challenges(double, entity, factor, secret):
    # The code that verified the factor may be used up. The next one is a time step away, within the skew.
    code = totp(secret, 30)
    approved = entity.challenges.create(factor_sid=factor, auth_payload=code)
    want(approved.status, "approved")
    pending = entity.challenges.create(factor_sid=factor)
    want(pending.status, "pending")
    dated(approved, pending, entity.challenges(pending.sid).fetch())
    wrong = "0" * 6 if code != "0" * 6 else "1" * 6
    want(entity.challenges(pending.sid).update(auth_payload=wrong).status, "pending")
    want({one.sid for one in entity.challenges.list(page_size=1)} >= {approved.sid, pending.sid}, True)
    want([one.sid for one in entity.challenges.list(status="approved", factor_sid=factor)], [approved.sid])
    refused(20404, lambda: entity.challenges(f"YC{UNKNOWN}").fetch())
    refused(20404, lambda: entity.challenges(f"YC{UNKNOWN}").update(auth_payload=code))


def webhooks(service):
    arguments = {"friendly_name": "hook", "event_types": ["*"], "webhook_url": "https://example.com/hook"}
    hook = service.webhooks.create(**arguments)
    dated(hook, service.webhooks(hook.sid).fetch())
    want(service.webhooks(hook.sid).update(friendly_name="other").friendly_name, "other")
    want(len(service.webhooks.list()), 1)
    want(service.webhooks(hook.sid).delete(), True)


def messaging(service):
    made = service.messaging_configurations.create(country="DE", messaging_service_sid=f"MG{UNKNOWN}")
    dated(made, service.messaging_configurations("DE").fetch())
    service.messaging_configurations("DE").update(messaging_service_sid=f"MG{'1' * 32}")
    want(len(service.messaging_configurations.list()), 1)
    want(service.messaging_configurations("DE").delete(), True)


def new_identity():
    return f"identity-{random.getrandbits(64):016x}"


def totp(secret, later=0):
    """Returns a code by RFC 6238 with Twilio's defaults: SHA-1, six digits, 30 seconds."""
    key = base64.b32decode(secret + "=" * (-len(secret) % 8))
    digest = hmac.new(key, struct.pack(">Q", int(time.time() + later) // 30), hashlib.sha1).digest()
    start = digest[-1] & 15
    return f"{(struct.unpack('>I', digest[start:start + 4])[0] & 0x7FFFFFFF) % 10**6:06}"
