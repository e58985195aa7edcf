"""Showing why an entry was found: marked words in its title, a telling piece of its description."""

from collections.abc import Iterable, Mapping
from html import escape
from typing import Any, Final

from markupsafe import Markup

from catalogue.search.analysis import Place, places, stems

#: Characters of a piece of description, and how much of what stands before the first marked word it keeps.
_PIECE: Final = 220
_BEFORE: Final = 60

#: Where a word was found, as a result says it: (label, field of the card).
_FIELDS: Final = (
    ("tags", "tags"),
    ("publisher", "publisher_title"),
    ("topic", "topic_title"),
    ("formats", "formats"),
)

#: What a result shows a piece of where a word stands neither in its title nor in its description: (label, field).
_ELSEWHERE: Final = (
    ("Tags", "tags"),
    ("Files", "files"),
    ("Columns", "columns"),
    ("Places", "places"),
)


def marked_title(title: str, wanted: frozenset[str]) -> tuple[Markup, set[str]]:
    """The title with the wanted words in <mark>, and which of them it has."""
    found = places(title, wanted)
    return _marked(title, found, 0, len(title)), {place.stem for place in found}


def marked_piece(description: str, wanted: frozenset[str]) -> tuple[Markup, set[str]]:
    """The piece of the description that has most of the wanted words, in <mark>; its beginning if it has none.
    Also which of them the whole description has."""
    found = places(description, wanted)
    start = _word_start(description, max(0, _best(found) - _BEFORE)) if found else 0
    end = _word_end(description, start + _PIECE)
    inside = [place for place in found if place.start >= start and place.end <= end]
    before, after = "… " if start else "", " …" if end < len(description) else ""
    return _marked(description, inside, start, end, before, after), {place.stem for place in found}


def why(card: Mapping[str, Any], wanted: frozenset[str], in_title: set[str], in_description: set[str]) -> str:
    """Where the words stand: "Matched in: title, tags". Empty when nothing was looked for."""
    if not wanted:
        return ""
    labels = ["title"] if in_title else []
    found = in_title | in_description
    for label, field in _FIELDS:
        value = card[field]
        here = wanted.intersection(stems(value if isinstance(value, str) else " ".join(value)))
        if here:
            labels.append(label)
            found |= here
    if in_description:
        labels.append("description")
    if not labels:
        # Beyond what the card holds: far down in the description, in names of files, places, identifiers
        labels.append("files and other details")
    return f"Matched in: {', '.join(labels)}"


def marked_elsewhere(card: Mapping[str, Any], meanings: Iterable[frozenset[str]], found: set[str]) -> Markup:
    """Pieces of tags, titles of files, headings of columns and places that say what was typed, where the title, the
    description and the publisher don't. Each meaning is the stems that say it."""
    pieces = []
    found = found | set(stems(card["publisher_title"]))
    missing = [meaning for meaning in meanings if meaning.isdisjoint(found)]
    for label, field in _ELSEWHERE:
        value = card.get(field) or ""
        text = value if isinstance(value, str) else ", ".join(value)
        wanted = frozenset().union(*missing)
        if not wanted.isdisjoint(stems(text)):
            piece, here = marked_piece(text, wanted)
            pieces.append(Markup("{}: {}").format(label, piece))
            missing = [meaning for meaning in missing if meaning.isdisjoint(here)]
    return Markup(". ").join(pieces)


def _best(found: list[Place]) -> int:
    """Where a piece should begin to have the most different words; the earliest of equals."""
    best, best_start = 0, found[0].start
    for index, first in enumerate(found):
        reach = first.start + _PIECE - _BEFORE
        inside = {place.stem for place in found[index : index + 12] if place.end <= reach}
        if len(inside) > best:
            best, best_start = len(inside), first.start
    return best_start


def _marked(text: str, found: list[Place], start: int, end: int, before: str = "", after: str = "") -> Markup:
    pieces = [before]
    for place in found:
        pieces += [escape(text[start : place.start]), "<mark>", escape(text[place.start : place.end]), "</mark>"]
        start = place.end
    pieces += [escape(text[start:end]), after]
    return Markup("".join(pieces))


def _word_start(text: str, place: int) -> int:
    """The first beginning of a word at or after `place`."""
    if place == 0:
        return 0
    space = text.find(" ", place, place + _BEFORE)
    return space + 1 if space >= 0 else place


def _word_end(text: str, place: int) -> int:
    """The last end of a word at or before `place`."""
    if place >= len(text):
        return len(text)
    space = text.rfind(" ", max(0, place - 40), place + 1)
    return space if space >= 0 else place
