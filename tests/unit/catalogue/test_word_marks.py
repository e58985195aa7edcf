"""What is marked where two texts stand side by side."""

import pytest

from catalogue.word_marks import MOST_WORDS, Piece, shortened, side_by_side


def marked(pieces: list[Piece]) -> str:
    return "".join(f"[{piece.text}]" if piece.differs else piece.text for piece in pieces)


@pytest.mark.parametrize(
    ("before", "after", "left", "right"),
    [
        ("Eels of the Tweed", "Eels of the Tyne", "Eels of the [Tweed]", "Eels of the [Tyne]"),
        ("eel, tweed", "eel, river, tweed", "eel, tweed", "eel, [river, ]tweed"),
        ("One.\n\nTwo.", "One.\n\nTwo.\n\nThree.", "One.\n\nTwo.", "One.\n\nTwo.[\n\nThree.]"),
        ("Eels", "Otters", "Eels", "Otters"),  # all differs: marks would say nothing
        ("", "Otters", "", "Otters"),
        ("same", "same", "same", "same"),
    ],
)
def test_words_that_the_other_text_lacks_are_marked(before: str, after: str, left: str, right: str) -> None:
    assert tuple(map(marked, side_by_side(before, after))) == (left, right)


def test_nothing_is_lost_and_very_long_texts_are_left_unmarked() -> None:
    long = "word " * (MOST_WORDS + 1)
    ours, theirs = side_by_side(long, long + "more")
    assert (ours, theirs) == ([Piece(long, False)], [Piece(long + "more", False)])


def test_a_long_text_is_shown_about_its_marks_alone() -> None:
    lines = [f"https://data.example.gov.uk/{number}.csv" for number in range(100)]
    moved = [line.replace("/57.csv", "/57-new.csv") for line in lines]
    _, after = side_by_side("\n".join(lines), "\n".join(moved))
    assert marked(shortened(after, 45)) == (
        "…uk/55.csv\nhttps://data.example.gov.uk/56.csv\n[https://data.example.gov.uk/57-new.csv]\n"
        "https://data.example.gov.uk/58.csv\nhttps://d…"
    )
    assert marked(shortened([Piece("x" * 700, False)], 45)) == "x" * 600 + "…"
