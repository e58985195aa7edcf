"""Entries that vanish from their source: when a person is asked, and what their answer does."""

import datetime

import pytest
from django.utils import timezone

from catalogue.actions.datasets import withdraw
from catalogue.actions.entry import By
from catalogue.enums import Route, State
from catalogue.models import Dataset, Revision
from harvest import actions
from harvest.enums import RecordState, RunState
from harvest.models import Record, Source
from tests.factories.harvest import counts, record, run_now, serve, source
from tests.factories.publishers import UserFactory
from tests.servers.faulty import FaultyServer

pytestmark = pytest.mark.django_db


def some(count: int) -> list[dict[str, object]]:
    return [record(f"r{number}") for number in range(count)]


@pytest.fixture
def maps(portal: FaultyServer) -> Source:
    """A source of a hundred records, harvested once."""
    serve(portal, some(100))
    maps = source(portal.url("/data.json"), title="Maps")
    run_now(maps)
    return maps


def published() -> int:
    return Dataset.objects.filter(state=State.PUBLISHED).count()


def test_up_to_the_share_vanished_entries_are_withdrawn(portal: FaultyServer, maps: Source):
    serve(portal, some(90))

    run = run_now(maps)

    assert (run.state, counts(run)) == (RunState.COMPLETED, {"seen": 90, "unchanged": 90, "retired": 10})
    assert published() == 90


def test_more_than_the_share_waits_for_a_persons_word(portal: FaultyServer, maps: Source):
    serve(portal, some(80))

    run = run_now(maps)

    assert run.state == RunState.QUARANTINED
    assert run.message == (
        "20 of 100 records are no longer at the source. Nothing was withdrawn: say whether they are really gone,"
        " or leave them until the source lists them again."
    )
    assert published() == 100
    vanished = Record.objects.filter(state=RecordState.VANISHED)
    assert vanished.count() == 20
    assert set(vanished.values_list("missing_since", flat=True)) != {None}


def test_ten_of_a_small_source_may_go_without_asking(portal: FaultyServer):
    serve(portal, some(15))
    small = source(portal.url("/data.json"))
    run_now(small)
    serve(portal, some(5))

    assert counts(run_now(small)) == {"seen": 5, "unchanged": 5, "retired": 10}


def test_confirmed_entries_are_withdrawn_in_the_persons_name(portal: FaultyServer, maps: Source):
    serve(portal, some(80))
    run = run_now(maps)
    user = UserFactory(name="Olive Operator")

    assert actions.confirm_retirement(run, user=user, now=timezone.now()) == 20

    run.refresh_from_db()
    assert (run.state, run.retired) == (RunState.COMPLETED, 20)
    assert run.message == "Olive Operator confirmed that they are gone: 20 entries were withdrawn."
    assert published() == 80
    gone = Dataset.objects.get(origin_id="r99")
    assert gone.withdrawn_reason.startswith("No longer listed by Maps since ")
    assert Revision.objects.filter(dataset=gone).first().actor == user
    with pytest.raises(actions.NotWaiting):
        actions.confirm_retirement(run, user=user, now=timezone.now())


def test_kept_entries_stay_and_are_asked_about_again(portal: FaultyServer, maps: Source):
    serve(portal, some(80))
    run = run_now(maps)

    actions.reject_retirement(run, user=UserFactory(name="Olive Operator"))

    run.refresh_from_db()
    assert (run.state, run.message) == (
        RunState.COMPLETED,
        "Olive Operator kept 20 entries that the source no longer lists.",
    )
    assert published() == 100
    assert run_now(maps).state == RunState.QUARANTINED


def test_later_run_takes_the_place_of_one_that_waits(portal: FaultyServer, maps: Source):
    serve(portal, some(80))
    first = run_now(maps)
    serve(portal, some(100))

    second = run_now(maps)

    assert (second.state, counts(second)) == (RunState.COMPLETED, {"seen": 100, "unchanged": 100})
    first.refresh_from_db()
    assert first.state == RunState.COMPLETED
    assert first.message.endswith(" A later run took its place.")
    with pytest.raises(actions.NotWaiting):
        actions.confirm_retirement(first, user=UserFactory(), now=timezone.now())
    assert Record.objects.filter(missing_since=None, state=RecordState.CURRENT).count() == 100


def test_grace_days_let_a_record_be_missing_for_a_while(portal: FaultyServer, maps: Source):
    maps.config = {"grace_days": 7}
    maps.save()
    serve(portal, some(95))

    assert counts(run_now(maps)) == {"seen": 95, "unchanged": 95}
    assert published() == 100
    later = timezone.now() + datetime.timedelta(days=8)

    assert counts(run_now(maps, clock=lambda: later)) == {"seen": 95, "unchanged": 95, "retired": 5}


def test_entry_that_a_person_withdrew_stays_withdrawn(portal: FaultyServer, maps: Source):
    by = By(Route.FORM, user=UserFactory())
    withdraw(Dataset.objects.get(origin_id="r1"), reason="Replaced.", by=by, now=timezone.now())
    serve(portal, [record("r1", "New title"), *some(100)[2:]])
    run_now(maps)
    serve(portal, some(100)[2:])
    run_now(maps)
    serve(portal, some(100)[1:])

    run_now(maps)

    dataset = Dataset.objects.get(origin_id="r1")
    assert (dataset.state, dataset.withdrawn_reason, dataset.title) == (State.WITHDRAWN, "Replaced.", "Dataset r1")


def test_incomplete_gather_withdraws_nothing(portal: FaultyServer, maps: Source):
    serve(portal, some(95))
    maps.max_bytes = 10_000
    maps.save()

    run = run_now(maps)

    assert (run.state, run.retired) == (RunState.FAILED, 0)
    assert published() == 100
