"""When data counts as up to date, and at which instant that will change."""

import datetime

import pytest

from catalogue.enums import Access, CriterionState, Frequency, ResourceKind
from catalogue.quality.facts import DatasetFacts, ResourceFacts
from catalogue.quality.score import score
from catalogue.quality.timeliness import next_change, timeliness, up_to_date

TODAY = datetime.date(2026, 6, 1)
UTC = datetime.UTC


def test_a_monthly_dataset_has_a_week_of_grace_and_is_very_late_after_two_months() -> None:
    stands = timeliness(DatasetFacts(frequency=Frequency.MONTHLY, modified=datetime.date(2026, 5, 1)), TODAY)
    assert (stands.due, stands.late_after, stands.very_late_after) == (
        datetime.date(2026, 6, 1),
        datetime.date(2026, 6, 8),
        datetime.date(2026, 7, 17),
    )


@pytest.mark.parametrize(
    ("today", "points", "reason"),
    [
        (
            datetime.date(2026, 6, 8),
            12,
            "It was last updated on 1 May 2026, and the next update is due by 1 June 2026.",
        ),
        (datetime.date(2026, 6, 9), 8, "An update was due by 1 June 2026, but the last was on 1 May 2026."),
        (datetime.date(2026, 7, 17), 8, "An update was due by 1 June 2026, but the last was on 1 May 2026."),
        (datetime.date(2026, 7, 18), 4, "An update was due by 1 June 2026, but the last was on 1 May 2026."),
    ],
)
def test_a_monthly_dataset_through_time(today: datetime.date, points: int, reason: str) -> None:
    finding = up_to_date.judge(DatasetFacts(frequency=Frequency.MONTHLY, modified=datetime.date(2026, 5, 1)), today)
    assert (finding.points, finding.reason) == (points, reason)


@pytest.mark.parametrize(
    ("facts", "points", "reason"),
    [
        (
            {"frequency": Frequency.NEVER, "modified": datetime.date(2011, 1, 2)},
            12,
            "It was last updated on 2 January 2011, and promises no regular update.",
        ),
        (
            {"modified": datetime.date(2026, 5, 1)},
            4,
            "It was last updated on 1 May 2026, but doesn't say how often it is updated.",
        ),
        (
            {"frequency": Frequency.WEEKLY},
            4,
            "It says how often it is updated, but not when it was last updated.",
        ),
        ({}, 0, "It says neither when it was last updated nor how often."),
        (
            {"frequency": Frequency.WEEKLY, "modified": datetime.date(2027, 2, 5)},
            4,
            "It says how often it is updated, but its date of last update, 5 February 2027, is yet to come.",
        ),
        (
            {"modified": datetime.date(2027, 2, 5)},
            0,
            "It doesn't say how often it is updated, and its date of last update, 5 February 2027, is yet to come.",
        ),
        ({"access": Access.NOT_RELEASED}, None, "This doesn't count: the data isn't released."),
    ],
)
def test_what_is_known_of_updates(facts: dict[str, object], points: int | None, reason: str) -> None:
    finding = up_to_date.judge(DatasetFacts(**facts), TODAY)
    assert (finding.points, finding.reason) == (points, reason)


def test_the_newest_file_tells_of_an_update_and_a_document_does_not() -> None:
    data = ResourceFacts(updated=datetime.date(2026, 4, 1))
    document = ResourceFacts(kind=ResourceKind.DOCUMENT, updated=datetime.date(2026, 5, 1))
    facts = DatasetFacts(modified=datetime.date(2020, 1, 1), resources=(data, document))
    assert timeliness(facts, TODAY).updated == datetime.date(2026, 4, 1)


def test_data_never_updated_is_as_old_as_its_release() -> None:
    assert timeliness(DatasetFacts(issued=datetime.date(2020, 1, 1)), TODAY).updated == datetime.date(2020, 1, 1)


def test_the_score_changes_at_midnight_in_london_and_not_a_second_before() -> None:
    """Summer time: midnight in London is 23:00 of the day before in UTC."""
    facts = DatasetFacts(frequency=Frequency.MONTHLY, modified=datetime.date(2026, 5, 1))
    now = datetime.datetime(2026, 5, 2, 12, tzinfo=UTC)
    due_at = score(facts, now=now).due_at
    assert due_at == datetime.datetime(2026, 6, 8, 23, tzinfo=UTC)
    second = datetime.timedelta(seconds=1)

    def state(at: datetime.datetime) -> str:
        return next(result.state for result in score(facts, now=at).results if result.key == "up_to_date")

    assert state(due_at - second) == CriterionState.MET
    assert state(due_at) == CriterionState.PARTLY


def test_nothing_more_changes_once_it_is_very_late_or_never_promised() -> None:
    late = DatasetFacts(frequency=Frequency.DAILY, modified=datetime.date(2011, 1, 1))
    assert next_change(late, TODAY) is None
    assert next_change(DatasetFacts(frequency=Frequency.NEVER, modified=TODAY), TODAY) is None
    assert next_change(DatasetFacts(), TODAY) is None


def test_a_date_yet_to_come_is_looked_at_again_on_that_day() -> None:
    assert next_change(DatasetFacts(modified=datetime.date(2027, 2, 5)), TODAY) == datetime.date(2027, 2, 5)


def test_every_frequency_has_an_answer() -> None:
    for frequency in Frequency:
        facts = DatasetFacts(frequency=frequency, modified=TODAY)
        assert up_to_date.judge(facts, TODAY).points == (4 if frequency == Frequency.UNKNOWN else 12)
