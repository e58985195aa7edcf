"""Every data.json of real portals: each record is loaded or listed as a problem; a second harvest changes nothing."""

import gzip
import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from catalogue.models import Change, Dataset
from harvest.enums import RecordState, RunState
from harvest.models import Problem, Record
from tests.factories.harvest import counts, run_now, source
from tests.factories.publishers import PublisherFactory
from tests.real_data import part_of

pytestmark = [pytest.mark.django_db, pytest.mark.real_data, pytest.mark.slow]


def elements(path: Path) -> list[Any] | None:
    """What a plain JSON reader finds at the top level; None where the file is no catalogue."""
    body = path.read_bytes()
    try:
        document = json.loads(gzip.decompress(body) if path.suffix == ".gz" else body)
    except ValueError:
        return None
    if isinstance(document, list):
        return document
    for name in ("dataset", "dcat:dataset"):
        if isinstance(document.get(name), list):
            return document[name]
    return None


def test_no_record_is_lost_and_a_second_harvest_changes_nothing(real_data: Path):
    folder = real_data / "b_dcat_us"
    files = sorted(path for path in folder.rglob("*") if path.name.endswith((".json", ".json.gz")))
    assert len(files) > 100
    publisher = PublisherFactory()
    for path in part_of(files, one_in=9):
        given = elements(path)
        portal = source(str(path), publisher=publisher)

        first = run_now(portal)

        problems = Counter(Problem.objects.filter(run=first).values_list("kind", flat=True))
        if given is None and first.state == RunState.FAILED:
            assert first.message.endswith(".") or "It says" in first.message, path
            continue
        assert first.state == RunState.COMPLETED, (path, first.message)
        loaded = Record.objects.filter(source=portal, state=RecordState.CURRENT, dataset__isnull=False).count()
        errors = Problem.objects.filter(run=first, severity="error").values("guid", "kind", "value").count()
        assert loaded == first.created, path
        assert first.seen == first.created + first.failed, path
        assert errors >= first.failed, path
        assert first.seen + problems["listed-twice"] >= len(given or []), path
        changes = Change.objects.count()

        second = run_now(portal)

        expected = {"seen": first.seen, "unchanged": first.created, "failed": first.failed}
        found = {name: count for name, count in counts(second).items() if name != "problems"}
        assert found == {name: count for name, count in expected.items() if count}, path
        assert Change.objects.count() == changes, path
    assert Dataset.objects.count() > 1_000
