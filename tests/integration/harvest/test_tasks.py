"""Harvests by the clock: beat queues what is due and finds workers for what waits."""

from datetime import timedelta

import pytest
from django.utils import timezone

from harvest import actions, tasks
from harvest.enums import RunState, Schedule, SourceKind
from harvest.models import Run
from harvest.pipeline import run as pipeline
from tests.factories.harvest import counts, record, serve, source
from tests.factories.publishers import PublisherFactory
from tests.servers.faulty import FaultyServer

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tasks run where they are sent, and no heart beats: other connections don't see a test's transaction."""
    monkeypatch.setattr(tasks.run_harvest, "delay", tasks.run_harvest)
    run_harvest = pipeline.run_harvest
    monkeypatch.setattr(pipeline, "run_harvest", lambda lease: run_harvest(lease, beat_every=3600))


def test_new_source_is_harvested_at_the_next_beat_and_then_by_its_schedule(portal: FaultyServer):
    serve(portal, [record("a")])
    maps = source(portal.url("/data.json"), schedule=Schedule.DAILY)
    assert maps.next_run_at <= timezone.now()

    tasks.start_due_harvests()

    run = Run.objects.get()
    assert (run.state, counts(run)) == (RunState.COMPLETED, {"seen": 1, "created": 1})
    maps.refresh_from_db()
    assert timezone.now() < maps.next_run_at <= timezone.now() + timedelta(hours=25)
    tasks.start_due_harvests()
    assert Run.objects.count() == 1


def test_paused_and_manual_sources_are_left_alone(portal: FaultyServer):
    paused = source(portal.url("/one"), schedule=Schedule.HOURLY)
    actions.pause(paused)
    source(portal.url("/two"))

    tasks.start_due_harvests()

    assert Run.objects.count() == 0
    actions.resume(paused, now=timezone.now())
    paused.refresh_from_db()
    assert paused.next_run_at > timezone.now()


def test_run_delivered_twice_is_carried_out_once(portal: FaultyServer):
    serve(portal, [record("a")])
    run = actions.queue_run(source(portal.url("/data.json")), now=timezone.now())

    tasks.run_harvest(run.id)
    tasks.run_harvest(run.id)

    run.refresh_from_db()
    assert counts(run) == {"seen": 1, "created": 1}
    assert len(portal.requests) == 1


def test_editing_whose_records_they_are_reads_every_record_anew(portal: FaultyServer):
    serve(portal, [record("a")])
    maps = source(portal.url("/data.json"))
    tasks.run_harvest(actions.queue_run(maps, now=timezone.now()).id)
    other = PublisherFactory()
    actions.edit_source(maps, publisher=other, now=timezone.now())

    run = actions.queue_run(maps, now=timezone.now())
    tasks.run_harvest(run.id)

    run.refresh_from_db()
    assert counts(run) == {"seen": 1, "updated": 1}
    assert [dataset.title for dataset in other.datasets.all()] == ["Dataset a"]


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("/etc/passwd", "The address must begin with https:// or http://."),
        ("https://a.example/x", "registered already"),
    ],
)
def test_sources_that_are_refused(url: str, message: str):
    publisher = PublisherFactory()
    actions.add_source(kind=SourceKind.DATA_JSON, url="https://a.example/x", publisher=publisher, now=timezone.now())

    with pytest.raises(actions.SourceRefused, match=message):
        actions.add_source(kind=SourceKind.DATA_JSON, url=url, publisher=publisher, now=timezone.now())
