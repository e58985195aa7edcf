import pytest

from catalogue.search import kept
from catalogue.search.facets import Counts
from catalogue.search.kept import KeptCounts


def make(total: int, made: list[int]) -> Counts:
    made.append(total)
    return Counts(total, {})


def test_counts_are_made_once_for_each_question_and_generation() -> None:
    counts, made = KeptCounts(), []
    for key, generation in (("a", 1), ("a", 1), ("b", 1), ("a", 2), ("a", 2)):
        counts.get(key, generation, lambda: make(len(made), made))
    assert len(made) == 3


@pytest.mark.parametrize(("slow", "age", "times"), [(0.0, 60.0, 1), (0.0, -1.0, 2), (9.0, 60.0, 2)])
def test_broad_and_slow_counts_outlive_a_change_of_the_index(
    slow: float, age: float, times: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kept, "_SLOW", slow)
    monkeypatch.setattr(kept, "_BROAD_AGE", age)
    counts, made = KeptCounts(), []
    for generation in (1, 2):
        counts.get("a", generation, lambda: make(50_000, made))
    assert len(made) == times


def test_only_so_many_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept, "_MOST", 2)
    counts, made = KeptCounts(), []
    for key in ("a", "b", "c", "c", "b", "a"):
        counts.get(key, 1, lambda: make(1, made))
    assert len(made) == 4
