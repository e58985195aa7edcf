"""A source that gives its records other identifiers: nothing is doubled, and every address and history stays."""

from uuid import UUID

import pytest
from django.test import Client

from catalogue.enums import State
from catalogue.models import Dataset
from harvest.enums import RecordState, RunState
from harvest.models import Problem, Record
from tests.factories.harvest import counts, record, run_now, serve, source
from tests.servers.faulty import FaultyServer

pytestmark = pytest.mark.django_db


def numbered(prefix: str, count: int = 15) -> list[dict]:
    files = [[{"downloadURL": f"https://data.example.gov.uk/{number}.csv"}] for number in range(count)]
    return [record(f"{prefix}{number}", f"Title {number}", distribution=files[number]) for number in range(count)]


def test_all_records_under_new_identifiers_keep_their_entries(portal: FaultyServer):
    serve(portal, numbered("old"))
    maps = source(portal.url("/data.json"))
    run_now(maps)
    before = {dataset.title: (dataset.id, dataset.name) for dataset in Dataset.objects.all()}
    serve(portal, numbered("new"))

    run = run_now(maps)

    assert run.state == RunState.COMPLETED
    assert counts(run) == {"seen": 15, "updated": 15, "problems": 15}
    assert run.message == "15 records: 15 changed. 15 came under another identifier than before."
    published = Dataset.objects.filter(state=State.PUBLISHED)
    assert {dataset.title: (dataset.id, dataset.name) for dataset in published} == before
    assert set(published.values_list("origin_id", flat=True)) == {f"new{number}" for number in range(15)}
    assert Record.objects.filter(state=RecordState.CURRENT).count() == Record.objects.count() == 15
    message = Problem.objects.get(guid="new3", run=run).message
    assert message == "The record was “old3” before: its entry goes on under the new identifier."
    twin = Dataset.objects.filter(state=State.WITHDRAWN).order_by("title").first()
    assert Client().get(twin.get_absolute_url())["Location"] == twin.replaced_by.get_absolute_url()

    following = run_now(maps)
    assert (following.created, following.retired, following.failed) == (0, 0, 0)
    assert counts(run_now(maps)) == {"seen": 15, "unchanged": 15}
    assert published.count() == 15


def test_records_that_go_back_to_their_first_identifiers_keep_their_entries(portal: FaultyServer):
    maps = source(portal.url("/data.json"))
    first: set[UUID] = set()
    for prefix in ("old", "new", "old", "new"):
        serve(portal, numbered(prefix))

        run = run_now(maps)

        published = Dataset.objects.filter(state=State.PUBLISHED)
        first = first or set(published.values_list("id", flat=True))
        assert (run.state, run.retired) == (RunState.COMPLETED, 0)
        assert set(published.values_list("id", flat=True)) == first
        assert set(published.values_list("origin_id", flat=True)) == {f"{prefix}{number}" for number in range(15)}
        assert set(Record.objects.values_list("state", flat=True)) == {RecordState.CURRENT}
        assert sorted(Record.objects.values_list("dataset_id", flat=True)) == sorted(first)


def test_records_that_say_something_else_are_others(portal: FaultyServer):
    serve(portal, [*numbered("old", 3), record("keep")])
    maps = source(portal.url("/data.json"))
    run_now(maps)
    changed = [one | {"description": f"Another {number}"} for number, one in enumerate(numbered("new", 3))]
    serve(portal, [*changed, record("keep")])

    run = run_now(maps)

    assert counts(run) == {"seen": 4, "created": 3, "unchanged": 1, "retired": 3}


def test_records_that_are_alike_among_themselves_are_not_guessed_at(portal: FaultyServer):
    same = {"distribution": [{"downloadURL": "https://data.example.gov.uk/same.csv"}]}
    serve(portal, [record(f"old{number}", "Same", **same) for number in range(2)] + [record("keep")])
    maps = source(portal.url("/data.json"))
    run_now(maps)
    serve(portal, [record(f"new{number}", "Same", **same) for number in range(2)] + [record("keep")])

    assert counts(run_now(maps)) == {"seen": 3, "created": 2, "unchanged": 1, "retired": 2}
