import pytest

from catalogue.search.corrections import corrections, halves, one_slip_away


def nobody(word: str) -> int:
    """No entry has any word as written."""
    return 0


@pytest.mark.parametrize("meant", ["library", "libraryx", "lbirary", "librory", "libary"])
def test_a_word_one_slip_away_is_among_the_candidates(meant: str) -> None:
    assert "library" in one_slip_away(meant) | {meant}
    assert meant in one_slip_away("library") | {"library"}


def test_the_commonest_neighbours_come_first_and_very_rare_ones_not_at_all() -> None:
    known = {"flood": 1000, "blood": 100, "floor": 50, "flook": 3}
    assert corrections("flooa", lambda stem: known.get(stem, 0), nobody) == ["flood", "floor"]
    assert corrections("floodd", lambda stem: known.get(stem, 0), nobody) == ["flood"]
    assert corrections("flooo", lambda stem: {"flood": 1000, "floor": 19}.get(stem, 0), nobody) == ["flood"]


def test_slips_are_made_in_words_as_written_not_in_their_stems() -> None:
    assert corrections("recruitmet", lambda stem: {"recruit": 9}.get(stem, 0), nobody) == ["recruit"]


def test_short_words_are_left_as_they_are() -> None:
    assert corrections("bsu", lambda stem: 1, nobody) == []


@pytest.mark.parametrize(
    ("word", "pair"), [("flytipping", ("fli", "tip")), ("tipping", None), ("xxxyyyzzz", None), ("fly", None)]
)
def test_a_word_may_be_two_written_as_one(word: str, pair: tuple[str, str] | None) -> None:
    assert halves(word, lambda stem: {"fli": 5, "tip": 7, "flyt": 0}.get(stem, 0)) == pair


def test_a_word_that_somebody_wrote_is_believed_before_one_that_merely_has_a_common_stem() -> None:
    stems_known = {"have": 5000, "haver": 20}  # "haveing", one letter from "haverng" too, has the stem of "have"
    assert corrections("haverng", lambda stem: stems_known.get(stem, 0), nobody) == ["have"]
    written = {"havering": 20}
    assert corrections("haverng", lambda stem: stems_known.get(stem, 0), lambda word: written.get(word, 0)) == ["haver"]
