"""Services, verifications, checks, safe list, attempts and templates."""

import json

from recorder import dated, phone, refused, want

UNKNOWN = "0" * 32


def walk(double):
    services(double)
    verifications(double)
    checks(double)
    safe_list(double)
    attempts(double)
    templates(double)


def services(double):
    v2 = double.v2
    refused(20003, lambda: double.as_account(double.account, "a-real-secret").verify.v2.services.create("x"))
    refused(60200, lambda: v2.services.create(friendly_name="http://not.a.name"))
    refused(60200, lambda: v2.services.create(friendly_name="x", code_length=3))
    plain = v2.services.create(friendly_name="plain")
    full = v2.services.create(
        friendly_name="full", code_length=8, lookup_enabled=True, skip_sms_to_landlines=True, dtmf_input_required=True,
        tts_name="name", psd2_enabled=True, do_not_share_warning_enabled=True, custom_code_enabled=True,
        totp_issuer="issuer", totp_time_step=30, totp_code_length=6, totp_skew=1, push_include_date=False,
        passkeys_relying_party_id="example.com", passkeys_relying_party_name="Example",
        passkeys_relying_party_origins="example.com,login.example.com", passkeys_user_verification="discouraged",
        verify_event_subscription_enabled=False,
    )
    dated(plain, full, v2.services(plain.sid).fetch())
    want(full.code_length, 8)
    refused(20404, lambda: v2.services(f"VA{UNKNOWN}").fetch())
    double.ask("PUT", f"/Services/{plain.sid}")
    if double.offers("UpdateService"):
        want(v2.services(plain.sid).update(friendly_name="renamed", code_length=5).friendly_name, "renamed")
        refused(60200, lambda: v2.services(plain.sid).update(code_length=11))
        refused(20404, lambda: v2.services(f"VA{UNKNOWN}").update(friendly_name="x"))
    if double.offers("ListService"):
        want({plain.sid, full.sid} <= {service.sid for service in v2.services.list(page_size=1)}, True)
        first = v2.services.page(page_size=1)
        want(len(list(first)), 1)
        want(first.previous_page(), None)
        list(first.next_page())
    if double.offers("DeleteService"):
        want(v2.services(plain.sid).delete(), True)
        refused(20404, lambda: v2.services(plain.sid).fetch())
        refused(20404, lambda: v2.services(plain.sid).delete())


def verifications(double):
    service = double.v2.services.create(friendly_name="verifications", custom_code_enabled=True)
    service = double.v2.services(service.sid)
    to = phone()
    for channel in ("sms", "call", "whatsapp"):
        dated(service.verifications.create(to=to, channel=channel, locale="de"))
    verification = service.verifications.create(to=f"{to[1:]}@example.com", channel="email")
    dated(verification, service.verifications(verification.sid).fetch(), service.verifications(to).fetch())
    service.verifications.create(to=to, channel="sms")
    want(len(service.verifications(to).fetch().send_code_attempts), 4)
    service.verifications.create(to=to, channel="sms")
    refused(60203, lambda: service.verifications.create(to=to, channel="sms"))
    everything = service.verifications.create(
        to=phone(), channel="sms", custom_friendly_name="Another name", custom_code="482913", locale="fr",
        send_digits="1", app_hash="abcdefghijk", device_ip="127.0.0.1", risk_check="disable",
        tags=json.dumps({"campaign": "x"}), channel_configuration={"from": "a@example.com"},
        enable_sna_client_token=False,
    )
    want(service.verifications(everything.sid).update(status="approved").status, "approved")
    other = service.verifications.create(to=phone(), channel="sms")
    want(service.verifications(other.to).update(status="canceled").status, "canceled")
    for to, channel in (("0151", "sms"), ("", "sms"), (phone(), "pigeon"), ("nobody", "email"), (phone(), "email")):
        refused(60200, lambda to=to, channel=channel: service.verifications.create(to=to, channel=channel))
    refused(60602, lambda: service.verifications.create(to=phone(), channel="call", app_hash="abcdefghijk"))
    refused(60200, lambda: service.verifications.create(to=phone(), channel="sms", custom_code="1"))
    plain = double.v2.services.create(friendly_name="plain")
    plain = double.v2.services(plain.sid)
    refused(60204, lambda: plain.verifications.create(to=phone(), channel="sms", custom_code="482913"))
    refused(20404, lambda: service.verifications(f"VE{UNKNOWN}").fetch())
    refused(20404, lambda: service.verifications(f"VE{UNKNOWN}").update(status="canceled"))
    refused(60200, lambda: service.verifications(phone()).update(status="no-status"))
    refused(20404, lambda: double.v2.services(f"VA{UNKNOWN}").verifications.create(to=phone(), channel="sms"))


def checks(double):
    service = double.v2.services.create(friendly_name="checks")
    service = double.v2.services(service.sid)
    check, to = service.verification_checks.create, phone()
    verification = service.verifications.create(to=to, channel="sms")
    wrong = check(to=to, code="abcd")
    want((wrong.status, wrong.valid), ("pending", False))
    refused(60200, lambda: check(to=to, code="1"))
    refused(60221, lambda: check(code="123456"))
    refused(60200, lambda: check(verification_sid="VE", code="123456"))
    approved = check(verification_sid=verification.sid, code=double.code(to))
    want((approved.status, approved.valid, approved.sid), ("approved", True, verification.sid))
    dated(wrong, approved)
    refused(20404, lambda: check(to=to, code=double.code(to)))
    refused(20404, lambda: service.verifications(verification.sid).fetch())
    to = phone()
    service.verifications.create(to=to, channel="call")
    for _ in range(5):
        check(to=to, code="abcd")
    refused(60202, lambda: check(to=to, code=double.code(to)))


def safe_list(double):
    if not double.offers("CreateSafelist"):
        return
    numbers, number = double.v2.safelist, phone()
    refused(20404, lambda: numbers(number).fetch())
    want(numbers.create(phone_number=number).phone_number, number)
    refused(60411, lambda: numbers.create(phone_number=number))
    want(numbers(number).fetch().phone_number, number)
    want(numbers(number).delete(), True)
    refused(20404, lambda: numbers(number).delete())
    refused(60200, lambda: numbers.create(phone_number="nobody"))


def attempts(double):
    if not double.offers("ListVerificationAttempt"):
        return
    v2 = double.v2
    service = v2.services.create(friendly_name="attempts")
    to = phone()
    for channel in ("sms", "call", "whatsapp"):
        v2.services(service.sid).verifications.create(to=to, channel=channel)
    v2.services(service.sid).verifications.create(to=f"{to[1:]}@example.com", channel="email")
    v2.services(service.sid).verification_checks.create(to=to, code=double.code(to))
    found = v2.verification_attempts.list(verify_service_sid=service.sid, page_size=2)
    want(sorted(attempt.channel for attempt in found), ["call", "email", "sms", "whatsapp"])
    want(len(v2.verification_attempts.list(channel_data_to=to)), 3)
    want(len(v2.verification_attempts.list(channel="email", verify_service_sid=service.sid)), 1)
    dated(*found, v2.verification_attempts(found[0].sid).fetch())
    refused(20404, lambda: v2.verification_attempts(f"VL{UNKNOWN}").fetch())
    summary = v2.verification_attempts_summary().fetch(verify_service_sid=service.sid)
    want(summary.total_attempts, 4)
    want(summary.total_converted + summary.total_unconverted, 4)


def templates(double):
    if double.offers("ListVerificationTemplate"):
        found = double.v2.templates.list(page_size=1)
        want(len(found) > 0, True)
        name = found[0].friendly_name
        want(name in {template.friendly_name for template in double.v2.templates.list(friendly_name=name)}, True)
        service = double.v2.services.create(friendly_name="templates")
        double.v2.services(service.sid).verifications.create(to=phone(), channel="sms", template_sid=found[0].sid)
