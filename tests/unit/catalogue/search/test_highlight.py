import pytest

from catalogue.search.highlight import marked_piece, marked_title, why

FLOOD = frozenset({"flood", "risk"})


@pytest.mark.parametrize(
    ("title", "marked", "found"),
    [
        ("Flood risk zones", "<mark>Flood</mark> <mark>risk</mark> zones", {"flood", "risk"}),
        ("Bus stops", "Bus stops", set()),
        (
            "<b>Floods</b> & 'risks'",
            "&lt;b&gt;<mark>Floods</mark>&lt;/b&gt; &amp; &#x27;<mark>risks</mark>&#x27;",
            FLOOD,
        ),
        ("Île – flooding", "Île – <mark>flooding</mark>", {"flood"}),
        ("", "", set()),
    ],
)
def test_wanted_words_of_a_title_are_marked_and_all_else_is_escaped(title: str, marked: str, found: set[str]) -> None:
    assert marked_title(title, FLOOD) == (marked, found)


def test_a_piece_is_the_beginning_where_nothing_is_wanted() -> None:
    piece, found = marked_piece("word " * 100, frozenset())
    assert (str(piece), found) == ("word " * 43 + "word …", set())


def test_a_piece_is_taken_where_most_different_words_stand() -> None:
    text = "flood " + "filler " * 60 + "the risk of a flood here " + "filler " * 60
    piece, found = marked_piece(text, FLOOD)
    assert "the <mark>risk</mark> of a <mark>flood</mark> here" in piece
    assert (piece[:2], piece[-2:], found) == ("… ", " …", {"flood", "risk"})


def test_a_text_without_spaces_is_cut_all_the_same() -> None:
    piece, _ = marked_piece("x" * 1000, frozenset())
    assert piece == "x" * 220 + " …"


CARD = {"tags": ["flood maps"], "publisher_title": "Risk Office", "topic_title": "Environment", "formats": ["CSV"]}


@pytest.mark.parametrize(
    ("wanted", "in_title", "in_description", "said"),
    [
        ({"flood", "risk"}, {"flood"}, {"risk"}, "Matched in: title, tags, publisher, description"),
        ({"environ", "csv"}, set(), set(), "Matched in: topic, formats"),
        ({"elsewher"}, set(), set(), "Matched in: files and other details"),
        (set(), set(), set(), ""),
    ],
)
def test_a_result_says_where_the_words_stand(
    wanted: set[str], in_title: set[str], in_description: set[str], said: str
) -> None:
    assert why(CARD, frozenset(wanted), in_title, in_description) == said
