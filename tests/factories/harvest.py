"""Sources, and catalogues for them to give."""

import itertools
import json
from collections.abc import Iterable
from typing import Any

from django.utils import timezone

from harvest import actions
from harvest.enums import Schedule, SourceKind
from harvest.models import Run, Source
from harvest.pipeline import claim
from harvest.pipeline.run import run_harvest
from publishers.models import Publisher
from tests.factories.publishers import FIRST_NUMBER, PublisherFactory
from tests.servers.faulty import FaultyServer
from tests.servers.replies import file

_numbers = itertools.count(FIRST_NUMBER)

#: A heartbeat that never comes: within a test's transaction no other connection sees the run.
NEVER = 3600.0


def source(url: str, *, publisher: Publisher | None = None, **fields: Any) -> Source:
    """A data.json source that is harvested only when asked."""
    return actions.add_source(
        kind=fields.pop("kind", SourceKind.DATA_JSON),
        url=url,
        publisher=publisher or PublisherFactory(),
        title=fields.pop("title", f"Source {next(_numbers)}"),
        schedule=fields.pop("schedule", Schedule.MANUAL),
        now=timezone.now(),
        may_be_path=True,
        **fields,
    )


def run_now(source: Source, *, forced: bool = False, **options: Any) -> Run:
    """Harvest a source as a worker does; return the run as it ended."""
    run = actions.queue_run(source, now=timezone.now(), forced=forced)
    lease = claim.claim(run.id, now=timezone.now())
    assert lease is not None
    run_harvest(lease, **({"may_be_path": True, "beat_every": NEVER} | options))
    run.refresh_from_db()
    return run


def counts(run: Run) -> dict[str, int]:
    """The run's counters that are not nought."""
    names = ("seen", "created", "updated", "unchanged", "retired", "failed", "problems")
    return {name: getattr(run, name) for name in names if getattr(run, name)}


def record(identifier: str | None, title: str = "", **fields: Any) -> dict[str, Any]:
    """A sound DCAT-US record of few words."""
    body = {
        "@type": "dcat:Dataset",
        "identifier": identifier,
        "title": title or f"Dataset {identifier}",
        "description": "Everything there is to know about it, in one file.",
        "license": "http://www.nationalarchives.gov.uk/doc/open-government-licence/version/3/",
        "distribution": [
            {"downloadURL": f"https://data.example.gov.uk/{identifier}.csv", "format": "CSV", "title": "The file"}
        ],
    } | fields
    return {name: value for name, value in body.items() if value is not None}


def data_json(records: Iterable[Any], **catalogue: Any) -> bytes:
    body = {"conformsTo": "https://project-open-data.cio.gov/v1.1/schema", **catalogue, "dataset": list(records)}
    return json.dumps(body).encode()


def serve(server: FaultyServer, records: Iterable[Any]) -> None:
    """From now on the server gives this catalogue at /data.json."""
    server.replies["/data.json"] = file(data_json(records), media_type="application/json")
