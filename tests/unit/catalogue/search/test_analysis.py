import pytest

from catalogue.search.analysis import Place, places, stems, words


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Flooding in Córdoba", ["flood", "in", "cordoba"]),
        ("FLOODS flooded flood", ["flood", "flood", "flood"]),
        ("it's £500 m&s PM2.5", ["it", "s", "500", "m", "s", "pm2", "5"]),
        ("fly-tipping 2015/16", ["fli", "tip", "2015", "16"]),
        ("x" * 61, []),
        ("", []),
        ("🦆 …", []),
    ],
)
def test_text_is_cut_into_stems(text: str, found: list[str]) -> None:
    assert stems(text) == found


def test_words_are_given_as_written_and_as_stem() -> None:
    assert words("Libraries of Ynys Môn") == [("libraries", "librari"), ("of", "of"), ("ynys", "ynys"), ("mon", "mon")]


@pytest.mark.parametrize("dash", ["-", "–"])
def test_places_are_those_of_words_with_a_wanted_stem_in_ascii_or_not(dash: str) -> None:
    text = f"Policy {dash} policies, policing; dying dyes the sky of skies"
    wanted = frozenset({"polici", "die", "sky"})
    assert [text[place.start : place.end] for place in places(text, wanted)] == [
        *("Policy", "policies", "dying", "sky", "skies"),
    ]


def test_places_count_characters_not_bytes() -> None:
    assert places("Ynys Môn – floods", frozenset({"flood"})) == [Place("flood", 11, 17)]


def test_nothing_wanted_is_nowhere() -> None:
    assert places("anything", frozenset()) == []
