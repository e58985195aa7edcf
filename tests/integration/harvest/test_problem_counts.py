"""Problems of a source, by kind: counted when a harvest ends, and never otherwise than the problems themselves say."""

from collections import Counter

import pytest
from django.test import Client
from django.utils import timezone

from catalogue.enums import Visibility
from catalogue.models import Dataset
from harvest import actions, queries, tasks
from harvest.enums import RunState, Severity
from harvest.models import Problem, ProblemCount, Record, Run, Source
from harvest.pipeline import claim, counting
from tests.factories.harvest import record, run_now, serve, source
from tests.factories.publishers import UserFactory
from tests.servers.faulty import FaultyServer

pytestmark = pytest.mark.django_db

UNLICENSED = {"license": "Ask us"}
NO_TITLE = {"title": ""}
BAD_LINK = {"landingPage": "not an address"}


@pytest.fixture
def maps(portal: FaultyServer) -> Source:
    return source(portal.url("/data.json"), slug="maps")


def outstanding(maps: Source) -> list[tuple[str, str, int]]:
    """By kind; the same must come of the counts, and of the lines of the file."""
    kinds = queries.outstanding_counts(maps).kinds
    listed = Counter((problem.kind, problem.severity) for problem in queries.outstanding_problems(maps))
    assert {(kind, severity): count for kind, severity, count in kinds} == listed
    return kinds


def test_what_a_later_run_mends_or_withdraws_is_no_longer_counted(portal: FaultyServer, maps: Source):
    serve(portal, [record("a") | BAD_LINK, record("b") | BAD_LINK, record("c") | NO_TITLE, record("d") | BAD_LINK, 7])
    first = run_now(maps)
    assert outstanding(maps) == [
        ("bad-address", "warning", 3),
        ("missing-title", "error", 1),
        ("not-an-object", "error", 1),
    ]

    serve(portal, [record("a"), record("b") | BAD_LINK, record("c"), record("e") | BAD_LINK])
    second = run_now(maps)
    assert (second.state, second.retired) == (RunState.COMPLETED, 1)
    assert outstanding(maps) == [("bad-address", "warning", 2)]
    assert [run for run, _ in queries.outstanding_counts(maps).of_runs()] == [first.pk, second.pk]

    # What each run told stays told
    assert queries.problem_counts(first).kinds == [
        ("bad-address", "warning", 3),
        ("missing-title", "error", 1),
        ("not-an-object", "error", 1),
    ]
    assert queries.problem_counts(second).kinds == [("bad-address", "warning", 1)]


def test_counting_again_changes_nothing(portal: FaultyServer, maps: Source):
    serve(portal, [record("a") | BAD_LINK, record("b") | NO_TITLE, 7])
    run_now(maps)
    run_now(maps)

    def rows() -> list[tuple[object, ...]]:
        names = ("run_id", "stage", "kind", "severity", "told", "outstanding")
        return list(ProblemCount.objects.order_by("run_id", "stage", "kind").values_list(*names))

    counted = rows()
    counting.count_problems(maps, now=timezone.now())
    assert rows() == counted
    Run.objects.update(counted_at=None)
    counting.count_ended(now=timezone.now())
    assert rows() == counted
    assert not Run.objects.filter(counted_at=None).exists()


def test_a_run_under_way_is_counted_as_it_stands_and_changes_nothing_of_what_is_outstanding(
    portal: FaultyServer, maps: Source
):
    serve(portal, [record("a") | BAD_LINK])
    run_now(maps)
    run = actions.queue_run(maps, now=timezone.now())
    assert claim.claim(run.pk, now=timezone.now())
    Problem.objects.create(run=run, guid="b", severity=Severity.WARNING, kind="unknown-licence", message="Ask.")
    run.refresh_from_db()

    assert queries.problem_counts(run).kinds == [("unknown-licence", "warning", 1)]
    assert outstanding(maps) == [("bad-address", "warning", 1)]
    page = Client().get(f"/harvest/maps?run={run.pk}").content.decode()
    assert "Unknown licence</a>: 1 (warning)" in page


def test_a_run_that_ended_uncounted_is_counted_by_the_next_beat(portal: FaultyServer, maps: Source):
    serve(portal, [record("a") | BAD_LINK])
    run = run_now(maps)
    ProblemCount.objects.all().delete()  # as though its process had been killed between its end and its counting
    Run.objects.filter(pk=run.pk).update(counted_at=None)
    never_begun = Run.objects.create(source=maps, state=RunState.CANCELLED, created_at=timezone.now())

    tasks.start_due_harvests()

    assert outstanding(maps) == [("bad-address", "warning", 1)]
    never_begun.refresh_from_db()
    assert never_begun.counted_at is None


def test_what_a_person_confirms_to_be_gone_has_no_problems_any_more(portal: FaultyServer, maps: Source):
    some = [record(f"r{number}") | BAD_LINK for number in range(30)]
    serve(portal, some)
    run_now(maps)
    serve(portal, some[:10])
    asking = run_now(maps)
    assert asking.state == RunState.QUARANTINED
    assert outstanding(maps) == [("bad-address", "warning", 30)]

    actions.confirm_retirement(asking, user=UserFactory(), now=timezone.now())

    assert outstanding(maps) == [("bad-address", "warning", 10)]


def test_problems_of_entries_that_are_not_for_everybody_are_neither_listed_nor_counted(
    portal: FaultyServer, maps: Source
):
    serve(portal, [record("a") | BAD_LINK, record("b") | BAD_LINK, record("c") | NO_TITLE])
    run = run_now(maps)
    hidden = Record.objects.get(guid="a").dataset
    assert hidden

    Dataset.objects.filter(pk=hidden.pk).update(visibility=Visibility.OFFICIALS)

    kinds = [("bad-address", "warning", 1), ("missing-title", "error", 1)]
    assert outstanding(maps) == kinds
    assert queries.problem_counts(run).kinds == kinds
    Dataset.objects.filter(pk=hidden.pk).update(visibility=Visibility.PUBLIC)
    assert outstanding(maps) == [("bad-address", "warning", 2), ("missing-title", "error", 1)]


def test_the_first_of_many_come_from_as_many_runs_as_have_them(portal: FaultyServer, maps: Source):
    records = [record(f"r{number}") for number in range(4)]
    for number in range(4):
        records[number] |= BAD_LINK
        serve(portal, records)
        run_now(maps)
    counts = queries.outstanding_counts(maps)

    def first(kind: str, limit: int) -> list[str]:
        return [problem.guid for problem in queries.first_outstanding(maps, counts, kind, limit=limit)]

    assert [count for _, count in counts.of_runs()] == [1, 1, 1, 1]
    assert first("", 9) == ["r0", "r1", "r2", "r3"]
    assert first("bad-address", 4) == ["r0", "r1", "r2", "r3"]
    assert first("bad-address", 2) == ["r0", "r1"]
    assert first("", 1) == ["r0"]
    assert first("missing-title", 9) == []


def test_a_source_is_shown_by_few_queries_however_many_runs_told_of_something(
    portal: FaultyServer, maps: Source, django_assert_num_queries
):
    records = [record(f"r{number}") for number in range(5)]
    for number in range(5):
        records[number] |= BAD_LINK
        serve(portal, records)
        run = run_now(maps)
        if number == 0 or number == 4:
            for address in ("/harvest/maps", "/harvest/maps?kind=bad-address", f"/harvest/maps?run={run.pk}"):
                with django_assert_num_queries(6):
                    assert Client().get(address).status_code == 200


def test_a_file_of_problems_is_read_in_portions_and_lacks_none(portal: FaultyServer, maps: Source):
    serve(portal, [record(f"r{number}") | BAD_LINK for number in range(4)])
    told = Problem.objects.filter(run=run_now(maps))

    for size in (1, 3, 4, 9):
        assert [problem.guid for problem in queries.in_portions(told, size=size)] == ["r0", "r1", "r2", "r3"]
    assert list(queries.in_portions(told.none())) == []
