"""Quality in numbers: what is counted, kept fresh by changes, noted by day and frozen by quarter."""

import datetime
import io

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction
from pytest_django import DjangoAssertNumQueries

from catalogue import tasks
from catalogue.actions import datasets, quality, rollups
from catalogue.actions.entry import By
from catalogue.enums import LinkState, RollupScope, Route, Visibility
from catalogue.models import Dataset, LinkCheck, QualityDay, QualityReport, QualityRollup, QualitySnapshot
from catalogue.quality.figures import CriterionCounts, Figures, total
from catalogue.quality.quarters import last_day_of, next_quarter, quarter_before, quarter_in_words, quarter_of
from catalogue.quality.rollups import WHOLE, count_cells, scopes_of, standing, standings
from catalogue.quality.score import RULES_VERSION
from tests.factories.catalogue import csv_file, dataset, draft
from tests.factories.publishers import PublisherFactory

pytestmark = pytest.mark.django_db

NOW = datetime.datetime(2026, 9, 28, 12, tzinfo=datetime.UTC)
MINUTE, DAY = datetime.timedelta(minutes=1), datetime.timedelta(days=1)
QUERIES = 23
BY = By(Route.COMMAND, label="test")


def test_everything_public_is_counted_and_nothing_else() -> None:
    ministry = PublisherFactory(title="Ministry")
    agency = PublisherFactory(title="Agency", parent=ministry)
    fish = dataset(agency, topic_id="environment", resources=(csv_file(), csv_file("https://x.example/2")), now=NOW)
    dataset(ministry, topic_id="health", now=NOW)
    dataset(agency, visibility=Visibility.OFFICIALS, topic_id="environment", now=NOW)
    dataset(agency, topic_id="environment", release_at=NOW + DAY, now=NOW)
    LinkCheck.objects.update(state=LinkState.OK)
    LinkCheck.objects.filter(resource=fish.resources.first()).update(state=LinkState.GONE)
    quality.rescore(None, now=NOW)
    report = QualityReport.objects.get(dataset=fish)

    cells = count_cells(now=NOW)
    of_fish = cells[agency.id, "environment"]
    assert of_fish == Figures(
        datasets=1,
        scored=1,
        score_sum=report.score,
        mqa_scored=1,
        mqa_sum=report.mqa,
        starred=1,
        star_sum=0,
        format_star_sum=3,
        resources=2,
        links_checked=2,
        links_working=1,
        links_broken=1,
        bands={report.band: 1},
        mqa_bands={"good": 1},
        stars={"0": 1},
        criteria=of_fish.criteria,
    )
    assert of_fish.of("links") == CriterionCounts(partly=1)
    assert of_fish.of("contact") == CriterionCounts(unmet=1)
    assert set(cells) == {(agency.id, "environment"), (ministry.id, "health")}

    sums = scopes_of(cells)
    assert sums[RollupScope.FAMILY, str(ministry.id)] == sums[WHOLE] == total(cells.values())
    assert sums[RollupScope.PUBLISHER, str(agency.id)] == of_fish
    assert sums[RollupScope.TOPIC, "environment"] == of_fish
    assert (RollupScope.FAMILY, str(agency.id)) not in sums


def test_figures_survive_json() -> None:
    figures = Figures(datasets=3, bands={"poor": 3}, criteria={"links": CriterionCounts(1, 0, 2, 0)})
    assert Figures.from_json(figures.to_json()) == figures
    assert (figures + figures).of("links") == CriterionCounts(2, 0, 4, 0)
    assert Figures() + figures == figures


def test_without_rolled_up_rows_figures_are_counted_on_the_spot() -> None:
    entry = dataset(topic_id="health")
    assert standing().figures.datasets == 1
    assert standing(RollupScope.FAMILY, str(entry.publisher_id)).figures.datasets == 1
    assert set(standings(RollupScope.TOPIC)) == {"health"}


def test_a_refresh_follows_changes_and_counts_only_the_publishers_they_touched() -> None:
    one, other = PublisherFactory(), PublisherFactory()
    dataset(one, topic_id="health", now=NOW)
    dataset(other, topic_id="health", now=NOW)
    assert rollups.refresh(now=NOW) == rollups.Refreshed(publishers=None, written=4)
    assert rollups.refresh(now=NOW + MINUTE) == rollups.Refreshed(publishers=0, written=0)

    fresh = dataset(one, topic_id="transport", now=NOW + MINUTE)
    # one publisher and one topic more, and the whole
    assert rollups.refresh(now=NOW + 2 * MINUTE) == rollups.Refreshed(publishers=1, written=3)
    assert standing().figures.datasets == 3
    assert standing().as_of == NOW + 2 * MINUTE
    assert standing(RollupScope.PUBLISHER, str(one.id)).figures.datasets == 2
    datasets.withdraw(fresh, reason="Gone", by=BY, now=NOW + 2 * MINUTE)
    rollups.refresh(now=NOW + 3 * MINUTE)
    assert standing(RollupScope.TOPIC, "transport").figures == Figures()
    assert standing().figures == scopes_of(count_cells(now=NOW))[WHOLE]


def test_a_release_is_counted_when_its_time_comes() -> None:
    dataset(now=NOW)
    dataset(release_at=NOW + 2 * MINUTE, now=NOW)
    rollups.refresh(now=NOW)
    assert standing().figures.datasets == 1
    rollups.refresh(now=NOW + 3 * MINUTE)
    assert standing().figures.datasets == 2


def test_a_dataset_that_moved_is_gone_from_where_it_was_when_all_are_counted() -> None:
    one, other = PublisherFactory(), PublisherFactory()
    entry = dataset(one, now=NOW)
    rollups.refresh(now=NOW)
    datasets.edit(entry.id, draft(other, title="Moved"), by=BY, now=NOW + MINUTE)
    rollups.refresh(now=NOW + rollups.COUNT_ALL_EVERY)
    assert standing(RollupScope.PUBLISHER, str(one.id)).figures == Figures()
    assert standing(RollupScope.PUBLISHER, str(other.id)).figures.datasets == 1
    assert standing().figures.datasets == 1


def test_a_refresh_asks_as_many_queries_for_one_dataset_as_for_many(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    dataset(now=NOW)
    rollups.refresh(now=NOW)
    with django_assert_num_queries(QUERIES):
        rollups.refresh(now=NOW + rollups.COUNT_ALL_EVERY)
    for _ in range(4):
        dataset(topic_id="health", now=NOW)
    rollups.refresh(now=NOW + rollups.COUNT_ALL_EVERY)
    with django_assert_num_queries(QUERIES):
        rollups.refresh(now=NOW + 2 * rollups.COUNT_ALL_EVERY)


def test_history_has_a_row_for_each_day_on_which_something_changed() -> None:
    dataset(now=NOW)
    rollups.refresh(now=NOW)
    dataset(now=NOW)
    rollups.refresh(now=NOW + MINUTE)
    rollups.refresh(now=NOW + DAY)
    dataset(now=NOW + 2 * DAY)
    rollups.refresh(now=NOW + 2 * DAY)
    days = QualityDay.objects.filter(scope=RollupScope.WHOLE).order_by("day")
    assert [(row.day.isoformat(), row.figures["datasets"]) for row in days] == [("2026-09-28", 2), ("2026-09-30", 3)]


def test_history_waits_until_all_are_scored_by_the_same_rules() -> None:
    entry = dataset(now=NOW)
    QualityReport.objects.update(rules_version=RULES_VERSION - 1)
    rollups.refresh(now=NOW)
    assert standing().figures.outdated == 1
    assert not QualityDay.objects.exists()
    quality.rescore([entry.id], now=NOW)
    rollups.refresh(now=NOW + rollups.COUNT_ALL_EVERY)
    assert QualityDay.objects.get(scope=RollupScope.WHOLE).rules_version == RULES_VERSION


def test_on_the_day_of_new_rules_the_old_figures_stay_beside_the_new(monkeypatch: pytest.MonkeyPatch) -> None:
    dataset(now=NOW)
    rollups.refresh(now=NOW)
    for module in ("actions.rollups", "actions.quality", "quality.rollups"):
        monkeypatch.setattr(f"catalogue.{module}.RULES_VERSION", RULES_VERSION + 1)
    quality.rescore(None, now=NOW + MINUTE)
    rollups.refresh(now=NOW + MINUTE, everything=True)
    days = QualityDay.objects.filter(scope=RollupScope.WHOLE).order_by("rules_version")
    assert [row.rules_version for row in days] == [RULES_VERSION, RULES_VERSION + 1]


# Quarters


def test_quarters_of_the_year() -> None:
    assert quarter_of(datetime.date(2026, 9, 30)) == "2026-Q3"
    assert last_day_of("2026-Q4") == datetime.date(2026, 12, 31)
    assert next_quarter("2026-Q4") == "2027-Q1"
    assert quarter_before(datetime.date(2026, 1, 1)) == "2025-Q4"
    assert quarter_in_words("2026-Q2") == "April to June 2026"


@pytest.fixture
def frozen() -> list[QualitySnapshot]:
    dataset(PublisherFactory(title="Ministry"), topic_id="health", now=NOW)
    rollups.refresh(now=NOW)
    dataset(now=NOW + 4 * DAY)
    refreshed = rollups.refresh(now=NOW + 4 * DAY)
    assert refreshed is not None
    assert refreshed.frozen == ("2026-Q3",)
    return list(QualitySnapshot.objects.all())


def test_a_quarter_is_frozen_as_it_stood_on_its_last_day(frozen: list[QualitySnapshot]) -> None:
    assert [(row.number, row.scope, row.title, row.day.isoformat(), row.figures["datasets"]) for row in frozen] == [
        (1, "whole", "The whole catalogue", "2026-09-28", 1),
        (2, "publisher", "Ministry", "2026-09-28", 1),
        (3, "topic", "Health", "2026-09-28", 1),
    ]
    assert rollups.first_altered() is None
    again = rollups.refresh(now=NOW + 5 * DAY)
    assert again is not None
    assert again.frozen == ()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE catalogue_qualitysnapshot SET figures = '{}' WHERE number = 2",
        "DELETE FROM catalogue_qualitysnapshot WHERE number = 3",
        "TRUNCATE catalogue_qualitysnapshot",
        "INSERT INTO catalogue_qualitysnapshot SELECT 9, '2026-Q3', scope, key || 'x', title, day, rules_version, "
        "figures, frozen_at, digest, digest FROM catalogue_qualitysnapshot WHERE number = 3",
    ],
)
def test_the_database_refuses_to_alter_what_is_frozen(frozen: list[QualitySnapshot], statement: str) -> None:
    with pytest.raises(DatabaseError, match="Frozen quality figures are"), transaction.atomic():
        connection.cursor().execute(statement)


def test_what_was_altered_behind_the_triggers_back_is_found(frozen: list[QualitySnapshot]) -> None:
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE catalogue_qualitysnapshot DISABLE TRIGGER USER")
        cursor.execute("UPDATE catalogue_qualitysnapshot SET figures = '{\"datasets\": 7}' WHERE number = 2")
    assert rollups.first_altered() == 2


def test_quarters_that_were_missed_are_frozen_in_their_order() -> None:
    dataset(now=NOW)
    rollups.refresh(now=NOW)
    refreshed = rollups.refresh(now=datetime.datetime(2027, 4, 1, 12, tzinfo=datetime.UTC))
    assert refreshed is not None
    assert refreshed.frozen == ("2026-Q3", "2026-Q4", "2027-Q1")
    assert rollups.first_altered() is None
    assert QualityRollup.objects.filter(scope=RollupScope.WHOLE).count() == 1
    assert Dataset.objects.count() == 1


def test_the_command_counts_and_verifies() -> None:
    dataset(now=NOW)
    output = io.StringIO()
    call_command("roll_up_quality", stdout=output)
    assert output.getvalue() == "2 figures changed.\n"
    call_command("roll_up_quality", verify=True, stdout=output)
    assert output.getvalue().endswith("0 frozen rows, all of them as they were frozen.\n")


def test_the_command_fails_where_history_was_altered(frozen: list[QualitySnapshot]) -> None:
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE catalogue_qualitysnapshot DISABLE TRIGGER USER")
        cursor.execute("UPDATE catalogue_qualitysnapshot SET title = 'Other' WHERE number = 3")
    with pytest.raises(CommandError, match="Row 3 of the frozen figures is not what was frozen"):
        call_command("roll_up_quality", verify=True)


def test_a_beat_brings_figures_up_to_date() -> None:
    dataset()
    tasks.refresh_quality_figures()
    assert QualityRollup.objects.get(scope=RollupScope.WHOLE).datasets == 1
