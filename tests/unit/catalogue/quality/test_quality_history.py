"""What moved between two days, the step of new rules taken off; fair ranks; where a chart's lines go."""

import datetime

import pytest

from catalogue.quality.chart import Value, chart, scale_of
from catalogue.quality.figures import CriterionCounts, Figures
from catalogue.quality.history import Point, Scores, compare, movers
from catalogue.quality.league import Entrant, ranked
from catalogue.quality.sealing import first_broken, seal
from catalogue.quality.tables import HEADER, cells_of

JUNE, JULY, AUGUST = (datetime.date(2026, month, 30) for month in (6, 7, 8))


def figures(mean: int, links_met: int = 50, scored: int = 100, **others: int) -> Figures:
    counts = {"links": CriterionCounts(met=links_met, unmet=100 - links_met), "dates": CriterionCounts(met=1)}
    return Figures(datasets=scored, scored=scored, score_sum=mean * scored, criteria=counts, **others)


def test_what_moved_is_said_with_the_criteria_that_moved_it() -> None:
    compared = compare(Point(JUNE, 1, figures(60)), Point(AUGUST, 1, figures(66, 80, scored=120)), [])
    assert compared.score is not None
    assert (compared.score.then, compared.score.now, compared.score.change) == (60, 66, 6)
    assert compared.datasets.change == 20
    assert [(each.key, each.share.change) for each in compared.criteria] == [("links", 30)]
    assert (compared.since, compared.is_spliced, compared.mqa) == (JUNE, False, None)


def test_what_new_rules_alone_moved_is_taken_off() -> None:
    """By the old rules 60, then 62; the new ones make 52 of the same day, then it rises to 55: up 5 altogether."""
    history = [Point(JUNE, 1, figures(60)), Point(JULY, 1, figures(62, 55)), Point(JULY, 2, figures(52, 45))]
    compared = compare(history[0], Point(AUGUST, 2, figures(55, 48)), [*history, Point(AUGUST, 2, figures(55, 48))])
    assert compared.is_spliced
    assert compared.score is not None
    assert (compared.score.then, compared.score.change) == (50, 5)
    assert [(each.key, each.share.then, each.share.change) for each in compared.criteria] == [("links", 40, 8)]


def test_publishers_move_the_mean_by_better_scores_and_by_more_entries_and_all_of_them_make_up_the_change() -> None:
    then = {"mended": Scores(400, 10), "grew": Scores(200, 2), "as it was": Scores(300, 8), "gone": Scores(100, 5)}
    now = {"mended": Scores(500, 10), "grew": Scores(700, 7), "as it was": Scores(300, 8), "new": Scores(100, 5)}
    found = movers(then, now)  # of 40 on average before, of 53.3 now
    assert [(mover.key, round(mover.points, 3)) for mover in found] == [
        ("grew", 9.2),
        ("gone", 4.0),
        ("mended", 3.333),
        ("new", -3.333),
        ("as it was", 0.133),
    ]
    assert round(sum(mover.points for mover in found), 6) == round(1600 / 30 - 40, 6)
    assert movers({}, now) == []


def test_a_criterion_that_was_not_asked_then_is_not_compared() -> None:
    then = Figures(datasets=1, scored=1, score_sum=50)
    assert compare(Point(JUNE, 1, then), Point(AUGUST, 1, figures(50)), []).criteria == ()


def test_ranks_are_shared_by_equals_and_kept_from_the_small() -> None:
    table = ranked(
        [
            Entrant("Small and perfect", "small", figures(100, scored=4)),
            Entrant("Beta", "beta", figures(70, scored=50)),
            Entrant("Alpha", "alpha", figures(70, scored=10)),
            Entrant("Worst", "worst", figures(20, scored=5)),
            Entrant("Best", "best", figures(90, scored=5)),
            Entrant("Nothing", "nothing", Figures()),
        ]
    )
    assert [(entrant.slug, entrant.rank) for entrant in table] == [
        ("best", 1),
        ("alpha", 2),
        ("beta", 2),
        ("worst", 4),
        ("small", None),
    ]
    assert [entrant.slug for entrant in ranked(table, "worst")] == ["worst", "alpha", "beta", "best", "small"]
    assert [entrant.slug for entrant in ranked(table, "datasets")][:2] == ["beta", "alpha"]
    assert [entrant.slug for entrant in ranked(table, "name")] == ["alpha", "best", "beta", "worst", "small"]


def test_a_chart_steps_from_value_to_value_and_breaks_where_rules_change() -> None:
    drawn = chart([Value(JUNE, 50, 1), Value(JULY, 60, 1), Value(JULY, 40, 2)], until=AUGUST, highest=100, step=50)
    assert drawn.lines == ("34.0,100.0 328.1,100.0 328.1,82.0 328.1,82.0", "328.1,118.0 632.0,118.0")
    assert [dot.label for dot in drawn.dots] == ["60.0", "40.0"]
    assert [mark.label for mark in drawn.across] == ["0", "50", "100"]
    assert [mark.label for mark in drawn.along] == ["30 June 2026", "30 August 2026"]
    assert chart([], until=AUGUST, highest=100, step=50).lines == ()


@pytest.mark.parametrize(
    ("values", "scale"),
    [
        ([72.4, 74.9], (60, 80, 5)),
        ([68, 74], (60, 80, 5)),
        ([12, 55], (10, 60, 10)),
        ([0, 100], (0, 100, 20)),
        ([100], (80, 100, 5)),
        ([3], (0, 20, 5)),
    ],
)
def test_a_scale_lets_changes_be_seen(values: list[float], scale: tuple[int, int, int]) -> None:
    assert scale_of([Value(JUNE, value, 1) for value in values]) == scale


def test_a_chart_whose_scale_is_cut() -> None:
    drawn = chart([Value(JUNE, 70, 1)], until=AUGUST, lowest=60, highest=80, step=5)
    assert drawn.lines == ("34.0,100.0 632.0,100.0",)
    assert [mark.label for mark in drawn.across] == ["60", "65", "70", "75", "80"]
    assert (drawn.lowest, drawn.highest) == (60, 80)


def test_a_row_of_a_table_has_a_cell_for_every_column() -> None:
    assert len(cells_of(figures(50))) == len(HEADER)
    assert cells_of(Figures())[:6] == (0, 0, "", "", "", "")


def test_a_chain_shows_the_first_row_that_was_altered() -> None:
    rows: list[dict[str, object]] = []
    for number in (1, 2, 3):
        row = {"number": number, "quarter": "2026-Q3", "scope": "whole", "key": "", "title": "", "day": JUNE}
        row |= {"rules_version": 1, "figures": {"datasets": number}, "previous": rows[-1]["digest"] if rows else ""}
        rows.append(row | {"digest": seal(row)})
    assert first_broken(rows) is None
    assert first_broken([rows[0], rows[1] | {"figures": {}}, rows[2]]) == 2
    assert first_broken([rows[0], rows[2]]) == 2
