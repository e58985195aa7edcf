"""An address that webhooks call: keeps what it was sent, in the order in which it came."""

import datetime
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from catalogue.actions import webhook_calls, webhook_notes, webhooks
from catalogue.enums import WebhookSubject
from catalogue.models import Webhook
from publishers.models import User
from tests.factories.publishers import PublisherFactory, officer


class Receiver(ThreadingHTTPServer):
    """Answers with `status`, or as `answers` says of a body; a challenge with `proves` of its word."""

    daemon_threads = True

    def __init__(self) -> None:
        self.status = 204
        self.answers: Callable[[dict[str, Any]], int] = lambda body: self.status
        self.proves: Callable[[str], bytes] = str.encode
        self.challenged: list[tuple[dict[str, str], str]] = []
        self.received: list[tuple[dict[str, str], str]] = []
        super().__init__(("127.0.0.1", 0), _Handler)

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.server_address[1]}"

    @property
    def url(self) -> str:
        return f"http://{self.host}/hook"

    @property
    def bodies(self) -> list[dict[str, Any]]:
        return [json.loads(body) for _, body in self.received]

    @property
    def told(self) -> list[tuple[str, str]]:
        """Entries and what became of them, as they were told."""
        return [(change["dataset_id"], change["kind"]) for body in self.bodies for change in body["changes"]]


class _Handler(BaseHTTPRequestHandler):
    server: Receiver

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        said, answer = json.loads(body), b""
        if "challenge" in said:
            self.server.challenged.append((dict(self.headers), body))
            status, answer = 200, self.server.proves(said["challenge"])
        else:
            self.server.received.append((dict(self.headers), body))
            status = self.server.answers(said)
        self.send_response(status)
        if status == 302:
            self.send_header("Location", "/elsewhere")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *args: Any) -> None:
        pass


@contextmanager
def receiving(settings: Any) -> Iterator[Receiver]:
    """One that runs, and that may be called though it is on this machine."""
    server = Receiver()
    settings.OUTBOUND_ALLOW_HOSTS = [*settings.OUTBOUND_ALLOW_HOSTS, server.host]
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()


def follow(
    url: str,
    subject: WebhookSubject = WebhookSubject.PUBLISHER,
    *,
    now: datetime.datetime,
    owner: User | None = None,
    **follows: Any,
) -> Webhook:
    """A webhook whose address has shown that it wants to be called."""
    owner = owner or officer(PublisherFactory())
    webhook = webhooks.add(owner=owner, name="Ours", url=url, subject=subject, now=now, **follows)
    webhooks.go_on(webhook, now=now)
    return webhook


def go(now: datetime.datetime) -> int:
    """What the task does, once."""
    webhooks.pause_of_lost_owners(now=now)
    webhook_notes.note_changes(now=now)
    return webhook_calls.deliver_due(clock=lambda: now)
