"""Sources that change from day to day and misbehave on bad ones, served under the soak's clock."""

import csv
import datetime
import io
import json
import random
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

START = datetime.datetime(2026, 3, 1, tzinfo=datetime.UTC)  # the clocks change within the month

#: What goes wrong with an answer, and how often of a hundred answers on a bad day.
FAULTS = {"error": 6, "page": 4, "cut": 6, "reset": 4, "empty": 3, "half": 5, "twice": 5, "stuck": 3}
BAD_DAYS = 0.3
KILLS = 0.05

#: How many times the records of others a large source has at first.
LARGER = 20


@dataclass
class Portal:
    """One source's truth, and how it gives it. `number` names it in addresses."""

    number: int
    kind: str
    rng: random.Random
    records: dict[str, dict[str, str]] = field(default_factory=dict)
    made: int = 0
    is_bad: bool = False
    is_large: bool = False

    def add(self, now: datetime.datetime) -> None:
        self.made += 1
        key = f"{self.number:03}-{self.made:06}"
        self.records[key] = {"title": f"Record {self.made} of {self.number}", "changed": now.isoformat(), "words": ""}

    def live(self, now: datetime.datetime) -> None:
        """A day passes: records come, change and go; now and then most go at once."""
        keys = list(self.records)
        touched = len(keys) if self.is_large and self.rng.random() < 0.5 else self.rng.randrange(4)
        for key in self.rng.sample(keys, k=min(len(keys), touched)):
            self.records[key] |= {"words": f"{self.rng.random()}", "changed": now.isoformat()}
        gone = len(keys) * 2 // 3 if self.rng.random() < 0.02 else self.rng.randrange(3)
        for key in self.rng.sample(keys, k=min(len(keys), gone)):
            del self.records[key]
        for _ in range(self.rng.randrange(4) if len(keys) > 10 else 20):
            self.add(now)
        self.is_bad = self.rng.random() < BAD_DAYS

    def fault(self) -> str:
        if not self.is_bad:
            return ""
        names = [*FAULTS, ""]
        return self.rng.choices(names, weights=[*FAULTS.values(), 100 - sum(FAULTS.values())])[0]

    def answer(self, path: str, query: dict[str, list[str]], fault: str) -> bytes | None:
        """The body; None where there is nothing at this address."""
        records = sorted(self.records.items())
        if fault == "empty":
            records = []
        elif fault == "half":
            records = records[::2]
        elif fault == "twice":
            records += records[:3]
        if self.kind == "ckan":
            return self._ckan(records, query, fault) if path.endswith("/package_search") else None
        return self._data_json(records) if self.kind == "data-json" else self._csv(records)

    def _data_json(self, records: list[tuple[str, dict[str, str]]]) -> bytes:
        bodies = [
            {"identifier": key, "title": one["title"], "description": one["words"], "modified": one["changed"][:10],
             "distribution": [{"downloadURL": f"https://data.example.gov.uk/{key}.csv"}]}
            for key, one in records
        ]  # fmt: skip
        return json.dumps({"dataset": bodies}).encode()

    def _csv(self, records: list[tuple[str, dict[str, str]]]) -> bytes:
        text = io.StringIO()
        writer = csv.DictWriter(text, ["identifier", "title", "description", "url"])
        writer.writeheader()
        for key, one in records:
            url = f"https://data.example.gov.uk/{key}.csv"
            writer.writerow({"identifier": key, "title": one["title"], "description": one["words"], "url": url})
        return text.getvalue().encode()

    def _ckan(self, records: list[tuple[str, dict[str, str]]], query: dict[str, list[str]], fault: str) -> bytes:
        start, rows = int(query.get("start", ["0"])[0]), int(query.get("rows", ["10"])[0])
        since = query.get("fq", [""])[0].partition("metadata_modified:[")[2][:19]
        found = [
            {"id": key, "name": key, "title": one["title"], "notes": one["words"], "metadata_modified": one["changed"],
             "resources": [{"id": f"{key}-1", "url": f"https://data.example.gov.uk/{key}.csv"}]}
            for key, one in records
            if one["changed"] >= since
        ]  # fmt: skip
        page = found[:rows] if fault == "stuck" else found[start : start + rows]
        return json.dumps({"success": True, "result": {"count": len(found), "results": page}}).encode()


class Clock:
    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime.datetime:
        return self.now


@contextmanager
def served(portals: list[Portal], clock: Clock) -> Iterator[int]:
    """The port at which all portals answer, each below its number."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            portal = portals[int(parts.path.split("/")[1])]
            fault = portal.fault()
            body = portal.answer(parts.path, parse_qs(parts.query), fault)
            if fault == "reset":
                self.close_connection = True
                return
            if fault == "page":
                body = b"<!DOCTYPE html><html><title>Down for maintenance</title></html>"
            status = 503 if fault == "error" else 404 if body is None else 200
            body = body or b"{}"
            self.send_response_only(status)
            self.send_header("Date", format_datetime(clock.now, usegmt=True))
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body[: len(body) // 2] if fault == "cut" else body)
            self.close_connection = self.close_connection or fault == "cut"

        def log_message(self, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        server.server_close()
