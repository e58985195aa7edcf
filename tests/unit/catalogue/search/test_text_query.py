import pytest

from catalogue.search.text_query import Typed, take_apart


def typed(
    *words: tuple[str, str],
    phrases: tuple[tuple[str, ...], ...] = (),
    excluded: tuple[tuple[str, ...], ...] = (),
) -> tuple[object, ...]:
    return words, phrases, excluded


def parts(taken: Typed) -> tuple[object, ...]:
    return taken.words, taken.phrases, taken.excluded


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", typed()),
        ("  ", typed()),
        ("Bus stops", typed(("bus", "bus"), ("stops", "stop"))),
        ("stop STOPS stopped", typed(("stop", "stop"))),
        ("where can I find the bus stops?", typed(("find", "find"), ("bus", "bus"), ("stops", "stop"))),
        ("what is this", typed(("what", "what"), ("is", "is"), ("this", "this"))),
        ('"house of commons"', typed(phrases=(("hous", "of", "common"),))),
        ("“house of commons” bus", typed(("bus", "bus"), phrases=(("hous", "of", "common"),))),
        ('the "bus stops"', typed(phrases=(("bus", "stop"),))),
        ('"bus stops', typed(("bus", "bus"), ("stops", "stop"))),
        ('""', typed()),
        ("bus -stops", typed(("bus", "bus"), excluded=(("stop",),))),
        ("bus -fly-tipping", typed(("bus", "bus"), excluded=(("fli", "tip"),))),
        ('bus -"bus stops"', typed(("bus", "bus"), excluded=(("bus", "stop"),))),
        ("fly-tipping", typed(("fly", "fli"), ("tipping", "tip"))),
        ("- -- -", typed()),
        ("title:bus AND (stops)", typed(("title", "titl"), ("bus", "bus"), ("stops", "stop"))),
    ],
)
def test_what_was_typed_is_taken_apart(text: str, expected: tuple[object, ...]) -> None:
    assert parts(take_apart(text)) == expected


def test_so_many_words_and_phrases_are_read_and_no_more() -> None:
    assert len(take_apart(" ".join(f"w{number}" for number in range(100))).words) == 24
    assert len(take_apart(" ".join(f'"a{number} b"' for number in range(100))).phrases) == 8


def test_a_title_is_compared_whole_unless_something_is_excluded() -> None:
    assert take_apart("The Bus Stops").exact_title == "the bus stop"
    assert take_apart("bus -stops").exact_title == ""
