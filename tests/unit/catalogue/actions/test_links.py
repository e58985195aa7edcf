"""The queue of links and what checks leave in the database, with outcomes made by hand."""

import datetime
import threading
from collections import Counter
from collections.abc import Sequence
from typing import Any
from uuid import UUID

import pytest
from django.db import connection

from catalogue.actions import datasets, link_queue, links, quality
from catalogue.actions.entry import By
from catalogue.actions.links import DueLink, claim_due, record_outcomes
from catalogue.enums import ChangeKind, LinkState, Route, State
from catalogue.links.outcome import LinkCategory, LinkOutcome
from catalogue.models import Change, Dataset, LinkCheck, QualityReport, Resource
from tests.factories.catalogue import csv_file, dataset

pytestmark = pytest.mark.django_db

NOW = datetime.datetime(2026, 6, 1, 12, tzinfo=datetime.UTC)
HOUR = datetime.timedelta(hours=1)
SECOND = datetime.timedelta(seconds=1)
BY = By(Route.COMMAND, label="test")


def linked(*urls: str, **fields: Any) -> Dataset:
    """A dataset whose links have been due for an hour."""
    return dataset(resources=tuple(csv_file(url) for url in urls), now=NOW - HOUR, **fields)


def urls(claimed: Sequence[DueLink]) -> list[str]:
    return sorted(link.url for link in claimed)


def outcome(category: LinkCategory = LinkCategory.OK, *, at: datetime.datetime = NOW, **fields: Any) -> LinkOutcome:
    return LinkOutcome(category=category, checked_at=at, **{"reason": f"It is {category}.", **fields})


def check(category: LinkCategory, *, at: datetime.datetime, **fields: Any) -> links.Recorded:
    """Check every link with this outcome, as a worker would."""
    LinkCheck.objects.update(next_check_at=at)
    return record_outcomes(
        [(link, outcome(category, at=at, **fields)) for link in claim_due(at, limit=100)],
        now=at,
    )


# Claiming


def test_a_due_link_is_claimed_once_until_its_lease_runs_out() -> None:
    stored = linked("https://a.example/1.csv")
    (link,) = claim_due(NOW, limit=10, lease=HOUR)
    assert link == DueLink(stored.resources.get().id, "https://a.example/1.csv", "a.example", NOW + HOUR, "CSV")
    assert claim_due(NOW + HOUR - SECOND, limit=10) == []
    assert urls(claim_due(NOW + HOUR, limit=10)) == ["https://a.example/1.csv"]


def test_a_link_that_is_not_due_is_left_alone() -> None:
    linked("https://a.example/1.csv")
    LinkCheck.objects.update(next_check_at=NOW + SECOND)
    assert claim_due(NOW, limit=10) == []
    LinkCheck.objects.update(next_check_at=None)
    assert claim_due(NOW, limit=10) == []


@pytest.mark.parametrize("few", [1_000, 0], ids=["few due", "many due"])
class TestManyHosts:
    """The same promises whichever way hosts are found."""

    @pytest.fixture(autouse=True)
    def _threshold(self, few: int, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(link_queue, "_FEW", few)

    def test_a_claim_takes_a_few_links_of_each_host_longest_due_first(self) -> None:
        linked(*(f"https://big.example/{number}.csv" for number in range(9)), "https://small.example/1.csv")
        for number, row in enumerate(LinkCheck.objects.filter(host="big.example").order_by("-resource__position")):
            LinkCheck.objects.filter(pk=row.pk).update(next_check_at=NOW - number * SECOND)
        assert urls(claim_due(NOW, limit=10, per_host=2)) == [
            "https://big.example/0.csv",
            "https://big.example/1.csv",
            "https://small.example/1.csv",
        ]
        assert urls(claim_due(NOW, limit=10, per_host=2)) == ["https://big.example/2.csv", "https://big.example/3.csv"]

    def test_a_claim_keeps_to_its_limit(self) -> None:
        linked(*(f"https://h{number}.example/1.csv" for number in range(6)))
        assert [len(claim_due(NOW, limit=4)) for _ in range(3)] == [4, 2, 0]

    def test_busy_hosts_are_passed_over(self) -> None:
        linked("https://a.example/1.csv", "https://b.example/1.csv")
        assert urls(claim_due(NOW, limit=10, busy_hosts={"a.example"})) == ["https://b.example/1.csv"]

    def test_links_of_withdrawn_entries_are_out_of_the_way_for_a_week(self) -> None:
        withdrawn = linked(*(f"https://a.example/{number}.csv" for number in range(3)))
        datasets.withdraw(withdrawn, reason="Replaced.", by=BY, now=NOW - HOUR)
        linked("https://a.example/current.csv")
        LinkCheck.objects.filter(resource__dataset=withdrawn).update(next_check_at=NOW - 2 * HOUR)
        assert urls(claim_due(NOW, limit=10, per_host=2)) == ["https://a.example/current.csv"]
        assert claim_due(NOW, limit=10) == []
        assert set(LinkCheck.objects.filter(resource__dataset=withdrawn).values_list("next_check_at", flat=True)) == {
            NOW + datetime.timedelta(days=7)
        }

    def test_links_of_an_entry_that_comes_back_are_due_at_once(self):
        entry = linked("https://a.example/1.csv")
        datasets.withdraw(entry, reason="Gone.", by=BY, now=NOW)
        assert claim_due(NOW, limit=10) == []

        datasets.publish(entry, by=BY, now=NOW + HOUR)

        assert urls(claim_due(NOW + HOUR, limit=10)) == ["https://a.example/1.csv"]

    def test_drafts_are_checked_too(self) -> None:
        linked("https://a.example/draft.csv", state=State.DRAFT)
        assert urls(claim_due(NOW, limit=10)) == ["https://a.example/draft.csv"]

    def test_an_address_without_a_host_is_claimed_as_well(self) -> None:
        linked("https:///1.csv")
        assert urls(claim_due(NOW, limit=10)) == ["https:///1.csv"]


def test_with_much_to_do_hosts_have_turns_from_where_the_last_claim_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(link_queue, "_FEW", 0)
    linked(*(f"https://{host}.example/{number}.csv" for host in "abcd" for number in range(2)))
    after, turns = "", []
    for _ in range(4):
        claimed = claim_due(NOW, limit=2, per_host=1, after_host=after, busy_hosts={after})
        after = claimed[-1].host
        turns.append("".join(link.host[0] for link in claimed))
    assert turns == ["ab", "cd", "ab", "cd"]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("few", [1_000, 0], ids=["few due", "many due"])
def test_claimers_at_the_same_time_never_get_the_same_link(few: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(link_queue, "_FEW", few)
    linked(*(f"https://h{number % 10}.example/{number}.csv" for number in range(200)))
    together = threading.Barrier(4)
    claimed: list[UUID] = []

    def claim() -> None:
        try:
            together.wait(60)
            while batch := claim_due(NOW, limit=15, per_host=3):
                claimed.extend(link.resource_id for link in batch)
        finally:
            connection.close()

    threads = [threading.Thread(target=claim) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Counter(claimed).most_common(1)[0][1] == 1
    # A claimer that finds every row of the moment locked ends early, so a few may be left for the next.
    claimed += [link.resource_id for link in claim_due(NOW, limit=200, per_host=200)]
    assert sorted(claimed) == sorted(Resource.objects.values_list("id", flat=True))


def test_what_is_given_back_is_due_as_before_or_later() -> None:
    linked("https://a.example/1.csv", "https://b.example/1.csv")
    one, other = sorted(claim_due(NOW, limit=10), key=lambda link: link.host)
    links.give_back([one])
    links.give_back([other], next_check_at=NOW + HOUR)
    assert urls(claim_due(NOW, limit=10)) == ["https://a.example/1.csv"]
    assert urls(claim_due(NOW + HOUR, limit=10)) == ["https://a.example/1.csv", "https://b.example/1.csv"]


def test_a_lost_lease_is_not_given_back_for_its_new_holder() -> None:
    linked("https://a.example/1.csv")
    lost = claim_due(NOW, limit=10)
    held = claim_due(NOW + HOUR, limit=10)
    links.give_back(lost)
    assert LinkCheck.objects.get().leased_until == held[0].leased_until


# Recording


def test_everything_that_a_success_tells_is_stored() -> None:
    linked("https://a.example/1.csv")
    (link,) = claim_due(NOW, limit=10)
    found = outcome(
        reason="The link works.",
        status_code=200,
        final_url="https://a.example/new.csv",
        media_type="text/csv",
        size=1234,
        etag='"v1"',
        last_modified="Mon, 01 Jun 2026 09:00:00 GMT",
    )
    recorded = record_outcomes([(link, found)], now=NOW)
    assert (recorded.states, recorded.moved, recorded.ignored) == (Counter({LinkState.OK: 1}), 1, 0)
    stored = LinkCheck.objects.values().get()
    next_check_at = stored.pop("next_check_at")
    assert 12 <= (next_check_at - NOW) / HOUR <= 13.2
    assert stored == {
        "resource_id": link.resource_id,
        "host": "a.example",
        "state": LinkState.OK,
        "reason": "The link works.",
        "status_code": 200,
        "final_url": "https://a.example/new.csv",
        "media_type": "text/csv",
        "size_bytes": 1234,
        "etag": '"v1"',
        "last_modified": "Mon, 01 Jun 2026 09:00:00 GMT",
        "fingerprint": "",
        "checked_at": NOW,
        "failing_since": None,
        "last_success_at": NOW,
        "changed_at": None,
        "failure_count": 0,
        "success_count": 1,
        "leased_until": None,
    }


def test_a_failure_is_suspected_then_broken_after_an_hour_and_mended_at_once() -> None:
    stored = linked("https://a.example/1.csv")
    states = []
    for category, hours in [
        (LinkCategory.OK, 0),
        (LinkCategory.NOT_FOUND, 10),
        (LinkCategory.NOT_FOUND, 10.5),
        (LinkCategory.NOT_FOUND, 11),
        (LinkCategory.NOT_FOUND, 20),
        (LinkCategory.OK, 21),
    ]:
        check(category, at=NOW + hours * HOUR)
        row = LinkCheck.objects.get()
        since = row.failing_since and (row.failing_since - NOW) / HOUR
        states.append((row.state, row.failure_count, since))
    assert states == [
        (LinkState.OK, 0, None),
        (LinkState.SUSPECTED, 1, 10),
        (LinkState.SUSPECTED, 2, 10),
        (LinkState.BROKEN, 3, 10),
        (LinkState.BROKEN, 4, 10),
        (LinkState.OK, 0, None),
    ]
    news = Change.objects.filter(kind=ChangeKind.LINKS).order_by("id").values_list("dataset_id", "at")
    assert list(news) == [(stored.id, NOW + 11 * HOUR), (stored.id, NOW + 21 * HOUR)]


def test_one_news_for_a_dataset_however_many_of_its_links_broke() -> None:
    linked(*(f"https://a.example/{number}.csv" for number in range(3)))
    assert check(LinkCategory.GONE, at=NOW).states == Counter({LinkState.GONE: 3})
    assert Change.objects.filter(kind=ChangeKind.LINKS).count() == 1


def test_changed_data_is_news_and_a_first_look_is_not() -> None:
    entry = linked("https://a.example/1.csv")
    data = Change.objects.filter(kind=ChangeKind.DATA)
    check(LinkCategory.OK, at=NOW, etag='"v1"')
    check(LinkCategory.OK, at=NOW + HOUR, etag='"v1"')
    assert not data.exists()

    check(LinkCategory.OK, at=NOW + 2 * HOUR, etag='"v2"')

    assert list(data.values_list("dataset_id", flat=True)) == [entry.id]
    assert LinkCheck.objects.get().changed_at == NOW + 2 * HOUR


def test_the_quality_score_follows_the_links() -> None:
    stored = linked("https://a.example/1.csv")

    def criterion() -> tuple[str, int]:
        report = QualityReport.objects.get(dataset=stored)
        return next((found["state"], found["points"]) for found in report.results if found["key"] == "links")

    found = [criterion()]
    scores = [QualityReport.objects.get().score]
    for category in (LinkCategory.OK, LinkCategory.GONE):
        check(category, at=NOW)
        found.append(criterion())
        scores.append(QualityReport.objects.get().score)
    assert found == [("unknown", 0), ("met", 20), ("unmet", 0)]
    assert scores[2] < scores[0] < scores[1]
    assert Change.objects.filter(kind=ChangeKind.QUALITY, dataset_id=stored.id).count() == 2


def test_a_score_that_could_not_be_made_is_due(monkeypatch: pytest.MonkeyPatch) -> None:
    stored = linked("https://a.example/1.csv")

    def die(*args: object, **kwargs: object) -> None:
        raise SystemExit

    with monkeypatch.context() as killed:
        killed.setattr(quality, "rescore", die)
        with pytest.raises(SystemExit):
            check(LinkCategory.GONE, at=NOW)
    assert LinkCheck.objects.get().state == LinkState.GONE
    assert quality.rescore_due(now=NOW).scored == 1
    facts = QualityReport.objects.get(dataset=stored).facts
    assert [resource["link"] for resource in facts["resources"]] == [LinkState.GONE]


def test_an_unchanged_state_scores_nothing_anew() -> None:
    linked("https://a.example/1.csv")
    check(LinkCategory.OK, at=NOW)
    changes, scored_at = Change.objects.count(), QualityReport.objects.get().scored_at
    assert check(LinkCategory.OK, at=NOW + HOUR).moved == 0
    assert (Change.objects.count(), QualityReport.objects.get().scored_at) == (changes, scored_at)


def test_an_outcome_after_the_lease_was_lost_is_ignored() -> None:
    linked("https://a.example/1.csv")
    late = claim_due(NOW, limit=10)
    claim_due(NOW + HOUR, limit=10)
    recorded = record_outcomes([(late[0], outcome(LinkCategory.GONE))], now=NOW + HOUR)
    assert (recorded.states, recorded.ignored) == (Counter(), 1)
    assert LinkCheck.objects.get().state == LinkState.UNCHECKED


def test_an_outcome_for_an_address_that_was_changed_meanwhile_is_ignored() -> None:
    stored = linked("https://a.example/old.csv")
    claimed = claim_due(NOW, limit=10)
    resource = csv_file("https://a.example/new.csv", id=stored.resources.get().id)
    datasets.edit(stored.id, datasets.draft_of(stored).with_changes(resources=(resource,)), by=BY, now=NOW)
    assert record_outcomes([(claimed[0], outcome(LinkCategory.GONE))], now=NOW).ignored == 1
    row = LinkCheck.objects.get()
    assert (row.resource_id, row.state, row.next_check_at) == (claimed[0].resource_id, LinkState.UNCHECKED, NOW)


def test_an_outcome_for_a_link_that_was_removed_meanwhile_is_ignored() -> None:
    stored = linked("https://a.example/1.csv", "https://a.example/2.csv")
    claimed = claim_due(NOW, limit=10)
    datasets.edit(stored.id, datasets.draft_of(stored).with_changes(resources=()), by=BY, now=NOW)
    assert record_outcomes([(link, outcome()) for link in claimed], now=NOW).ignored == 2


@pytest.mark.django_db(transaction=True)
def test_a_row_that_somebody_is_changing_is_not_waited_for() -> None:
    stored = linked("https://a.example/1.csv", "https://a.example/2.csv")
    claimed = sorted(claim_due(NOW, limit=10), key=lambda link: link.url)
    locked, done = threading.Event(), threading.Event()

    def change() -> None:
        from django.db import transaction

        try:
            with transaction.atomic():
                LinkCheck.objects.select_for_update().get(resource_id=claimed[0].resource_id)
                locked.set()
                done.wait(60)
        finally:
            connection.close()

    thread = threading.Thread(target=change)
    thread.start()
    locked.wait(60)
    recorded = record_outcomes([(link, outcome()) for link in claimed], now=NOW)
    done.set()
    thread.join()
    assert (recorded.states, recorded.ignored) == (Counter({LinkState.OK: 1}), 1)
    states = stored.resources.order_by("url").values_list("link__state", flat=True)
    assert list(states) == [LinkState.UNCHECKED, LinkState.OK]


def test_a_link_that_could_not_be_asked_keeps_all_but_its_date() -> None:
    linked("https://a.example/1.csv")
    check(LinkCategory.OK, at=NOW, status_code=200)
    before = LinkCheck.objects.values().get()
    check(LinkCategory.DEFERRED, at=NOW + HOUR, retry_after=7200)
    after = LinkCheck.objects.values().get()
    assert 3 <= (after.pop("next_check_at") - NOW) / HOUR <= 3.2
    before.pop("next_check_at")
    assert after == before


def test_a_busy_server_is_no_news_of_a_link_that_was_failing() -> None:
    linked("https://a.example/1.csv")
    check(LinkCategory.NOT_FOUND, at=NOW, status_code=404)
    check(LinkCategory.RATE_LIMITED, at=NOW + 2 * HOUR, status_code=429)
    row = LinkCheck.objects.get()
    assert (row.state, row.reason, row.status_code) == (LinkState.SUSPECTED, "It is not_found.", 404)
    assert row.checked_at == NOW


def test_a_private_address_is_said_to_be_out_of_the_publics_reach() -> None:
    linked("http://10.0.0.1/1.csv")
    for hours in (0, 2):
        check(LinkCategory.BLOCKED_ADDRESS, at=NOW + hours * HOUR)
        row = LinkCheck.objects.get()
        assert row.state == LinkState.BLOCKED
        assert row.reason == "This address is inside a private network, so the public can't reach it."
    check(LinkCategory.OK, at=NOW + 3 * HOUR)
    assert LinkCheck.objects.get().state == LinkState.OK


def test_whatever_a_server_writes_can_be_stored() -> None:
    linked("https://a.example/1.csv")
    check(
        LinkCategory.OK,
        at=NOW,
        reason="It works.\x00" + "x" * 600,
        etag="\udcff\x01" + "e" * 298,
        final_url="https://a.example/" + "y" * 4000,
        media_type="text/csv\ud800",
        last_modified="today\x00",
        size=2**63 - 1,
    )
    row = LinkCheck.objects.get()
    assert (row.state, row.reason[:12], len(row.reason)) == (LinkState.OK, "It works. xx", 500)
    assert (row.final_url, row.media_type, row.last_modified) == ("", "text/csv ", "today ")
    assert (row.etag, row.size_bytes) == (" " + "e" * 298, 2**63 - 1)


@pytest.mark.parametrize("count", [1, 3])
def test_recording_takes_as_many_queries_for_one_link_as_for_three(count: int, django_assert_num_queries: Any) -> None:
    for number in range(count):
        linked(f"https://a.example/{number}.csv")
    claimed = claim_due(NOW, limit=10)
    assert len(claimed) == count
    # savepoints 4; rows, update; change and notice; reports found and marked; five reads, report, change, notice
    with django_assert_num_queries(18):
        record_outcomes([(link, outcome(LinkCategory.GONE)) for link in claimed], now=NOW)


def test_nothing_to_record_is_no_work() -> None:
    assert record_outcomes([], now=NOW) == links.Recorded()


# Checking sooner


def test_a_link_can_be_checked_again_a_minute_after_the_last_time() -> None:
    stored = linked("https://a.example/1.csv")
    ids = [stored.resources.get().id]
    assert links.check_now(ids, now=NOW) == 0  # due already
    check(LinkCategory.OK, at=NOW)
    assert links.check_now(ids, now=NOW + 59 * SECOND) == 0
    assert claim_due(NOW + 59 * SECOND, limit=10) == []
    assert links.check_now(ids, now=NOW + 60 * SECOND) == 1
    assert links.check_now(ids, now=NOW + 61 * SECOND) == 0
    assert urls(claim_due(NOW + 60 * SECOND, limit=10)) == ["https://a.example/1.csv"]


def test_links_of_withdrawn_entries_are_not_checked_again() -> None:
    stored = linked("https://a.example/1.csv")
    check(LinkCategory.OK, at=NOW - HOUR)
    datasets.withdraw(stored, reason="Replaced.", by=BY, now=NOW)
    assert links.check_now([stored.resources.get().id], now=NOW) == 0
    assert links.make_all_due(now=NOW) == 0


def test_all_links_become_due_those_unchecked_for_longest_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(link_queue, "_BATCH", 2)
    linked(*(f"https://a.example/{number}.csv" for number in range(5)))
    for number, row in enumerate(LinkCheck.objects.order_by("resource__position")):
        checked_at = NOW - number * HOUR if number < 4 else None
        LinkCheck.objects.filter(pk=row.pk).update(checked_at=checked_at, next_check_at=NOW + HOUR)
    assert links.make_all_due(now=NOW, limit=2) == 2
    assert urls(claim_due(NOW, limit=10)) == ["https://a.example/3.csv", "https://a.example/4.csv"]
    assert links.make_all_due(now=NOW) == 3
    assert len(claim_due(NOW, limit=10)) == 3
