"""What it takes to tell webhooks of very many changes at once: time, memory, calls, and how many wait.

    python -m config.embedded exec python bench/webhooks.py [--changes 200000] [--entries 20000]

Fills a scratch database by SQL, follows the one publisher that all entries belong to, and writes that many changes in
one transaction. The receiver is a process of its own on loopback, which says yes and checks that numbers come in order
and every change once. What `catalogue.tasks` does every few seconds is done until nothing waits.
"""

import argparse
import json
import multiprocessing
import resource
import time
from http.server import BaseHTTPRequestHandler, HTTPServer
from multiprocessing.connection import Connection

from scratch import say, scratch_database

_ENTRIES = """
    INSERT INTO catalogue_dataset ({columns}) SELECT {values} FROM generate_series(1, %s) AS n
"""
_CHANGES = """
    INSERT INTO catalogue_change (dataset_id, kind, at)
    SELECT md5('d' || (n %% %s + 1))::uuid, 'updated', now() FROM generate_series(1, %s) AS n
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--changes", type=int, default=200_000)
    parser.add_argument("--entries", type=int, default=20_000)
    options = parser.parse_args()
    ours, theirs = multiprocessing.Pipe()
    receiver = multiprocessing.Process(target=receive, args=(theirs,), daemon=True)
    receiver.start()
    port = ours.recv()
    with scratch_database():
        measure(options.changes, options.entries, f"127.0.0.1:{port}")
        ours.send("enough")
        calls, changes, in_order, largest = ours.recv()
        say(f"received: {calls:,} calls, {changes:,} changes, in order: {in_order}, largest {largest / 1024:.0f} KiB")
    receiver.join(10)


def receive(pipe: Connection) -> None:
    """Take calls until told that it is enough; then tell what came."""
    numbers: list[int] = []
    positions: list[int] = []
    largest = 0

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            nonlocal largest
            body = self.rfile.read(int(self.headers["Content-Length"]))
            said = json.loads(body)
            answer = said["challenge"].encode() if "challenge" in said else b""
            if not answer:
                largest = max(largest, len(body))
                numbers.append(said["sequence"])
                positions.extend(change["position"] for change in said["changes"])
            self.send_response(200)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *args: object) -> None:
            pass

    class Server(HTTPServer):
        timeout = 0.2

    server = Server(("127.0.0.1", 0), Handler)
    Handler.timeout = 5
    pipe.send(server.server_port)
    while not pipe.poll():
        server.handle_request()
    pipe.recv()
    in_order = numbers == sorted(set(numbers)) and positions == sorted(set(positions))
    pipe.send((len(numbers), len(positions), in_order, largest))


def measure(changes: int, entries: int, host: str) -> None:
    from django.conf import settings
    from django.db import connection, transaction
    from django.utils import timezone

    from catalogue.actions import changes as log
    from catalogue.actions import webhook_calls, webhook_challenge, webhook_notes, webhooks
    from catalogue.enums import DeliveryState, WebhookSubject
    from catalogue.models import Dataset, Webhook, WebhookDelivery
    from publishers.models import Publisher, User

    settings.OUTBOUND_ALLOW_HOSTS = [host]
    owner = User.objects.create_superuser("owner@bench.example", "correct horse")
    agency = Publisher.objects.create(slug="agency", title="Agency", modified_at=timezone.now())
    fill(entries, agency.pk)
    to = {"owner": owner, "now": timezone.now()}
    hook = webhooks.add(name="All", url=f"http://{host}/all", subject=WebhookSubject.PUBLISHER, publisher=agency, **to)
    assert webhook_challenge.prove(hook, clock=timezone.now) == ""
    say(f"{Dataset.objects.count():,} entries; {changes:,} changes in one transaction")
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_CHANGES, [entries, changes])
    began = time.perf_counter()
    log.assign_positions()
    say(f"giving them their positions: {time.perf_counter() - began:.1f} s")
    before = peak()
    most_waiting = rounds = 0
    began, busy = time.perf_counter(), time.process_time()
    noting = calling = 0.0
    while True:
        started = time.perf_counter()
        noted = webhook_notes.note_changes(now=timezone.now())
        noting += time.perf_counter() - started
        most_waiting = max(most_waiting, WebhookDelivery.objects.filter(state=DeliveryState.WAITING).count())
        started = time.perf_counter()
        heard = webhook_calls.deliver_due(clock=timezone.now)
        calling += time.perf_counter() - started
        rounds += 1
        if not noted and not heard:
            break
    clock, processor = time.perf_counter() - began, time.process_time() - busy
    hook = Webhook.objects.get()
    say(
        f"{rounds} rounds: {clock:.1f} s by the clock ({noting:.1f} noting, {calling:.1f} calling), "
        f"{processor:.1f} s of our processor time"
    )
    say(f"{changes / clock:,.0f} changes a second; {hook.last_sequence:,} calls noted, at most {most_waiting} waiting")
    say(f"memory: {peak():.0f} MiB at the most, {peak() - before:.0f} more than before; active: {hook.is_active}")


def fill(entries: int, publisher_id: object) -> None:
    """Published entries, as many as are wanted, all of one publisher."""
    from django.db import connection
    from workplace import _NOTHING, _REQUIRED

    known = {
        "id": "md5('d' || n)::uuid",
        "name": "'dataset-' || n",
        "kind": "'dataset'",
        "title": "'Entry ' || n",
        "access": "'open'",
        "classification": "'not_applicable'",
        "frequency": "'unknown'",
        "state": "'published'",
        "visibility": "'public'",
        "published_at": "now()",
        "modified_at": "now()",
        "version": "1",
        "publisher_id": f"'{publisher_id}'",
    }
    with connection.cursor() as cursor:
        cursor.execute(_REQUIRED, ["catalogue_dataset"])
        columns = {column: _NOTHING.get(kind, "''") for column, kind in cursor.fetchall()} | known
        cursor.execute(_ENTRIES.format(columns=", ".join(columns), values=", ".join(columns.values())), [entries])
        cursor.execute("ANALYZE")


def peak() -> float:
    """The most memory that this process has held, in MiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main()
