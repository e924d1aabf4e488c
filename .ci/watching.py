"""Checks the webhooks and metrics of a log-in: signatures verify, metrics parse, and neither contains personal data.

python3 .ci/watching.py BINARY
"""

import base64
import http.server
import queue
import secrets
import sys
import tempfile
import threading
import urllib.request

from prometheus_client.parser import text_string_to_metric_families
from standardwebhooks import Webhook

from server import Person, Server

SECRET = "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode()
EXPECTED = {"user_created", "authn_token_created", "authn_login_success", "session_created"}
received = queue.Queue()


class Receiver(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["content-length"])).decode()
        received.put((body, {name.lower(): value for name, value in self.headers.items()}))
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_):
        pass


def main(binary):
    receiver = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
    threading.Thread(target=receiver.serve_forever, daemon=True).start()
    environment = {
        "COUNTERSIGN__METRICS__LISTEN": "127.0.0.1:0",
        "COUNTERSIGN__WEBHOOKS__URL": f"http://127.0.0.1:{receiver.server_port}/hooks",
        "COUNTERSIGN__WEBHOOKS__SECRET": SECRET,
    }
    arguments = "dev --listen 127.0.0.1:0 --sandbox-listen 127.0.0.1:0 --database-url sqlite::memory:".split()
    with tempfile.TemporaryDirectory() as folder, Server(binary, *arguments, folder=folder, environment=environment) as server:
        ada = Person(server.api, server.sandbox)
        ada.verify(ada.log_in())
        events = {}
        while set(events) != EXPECTED:
            body, headers = received.get(timeout=30)
            event = Webhook(SECRET).verify(body, headers)
            assert ada.email not in body and ada.phone_number not in body, body
            events[event["type"]] = event
        try:
            Webhook(SECRET).verify(body.replace("user_id", "user_ix"), headers)
            raise SystemExit("a body that was changed verifies")
        except Exception as error:
            assert type(error).__name__ == "WebhookVerificationError", error
        text = urllib.request.urlopen(f"{server.addresses['metrics']}/metrics", timeout=15).read().decode()
    families = list(text_string_to_metric_families(text))
    names = {family.name for family in families}
    assert len(names) == text.count("# TYPE "), sorted(names)
    assert all(family.documentation and family.type in ("counter", "gauge", "histogram") for family in families)
    sent = [sample for family in families for sample in family.samples if sample.name == "countersign_codes_sent_total"]
    assert [(sample.labels, sample.value) for sample in sent] == [({"channel": "sms", "country": "DE"}, 1.0)], sent
    assert ada.email not in text and ada.phone_number[1:] not in text
    print(f"{len(events)} webhooks verified, {len(families)} metric families parsed")


main(*sys.argv[1:])
